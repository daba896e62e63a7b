((object_creation_expression type: (identifier) @type) @weak
  (#any-of? @type "BinaryFormatter" "NetDataContractSerializer" "SoapFormatter" "LosFormatter")
  (#set! cwe "502") (#set! says "Objects from outside can run code when they are read."))
((invocation_expression function: (_) @call) @weak
  (#match? @call "^(MD5|SHA1|DES|RC2|TripleDES)\\.Create$")
  (#set! cwe "327") (#set! says "The hash or cipher is broken; use SHA256 or AES-GCM."))
((object_creation_expression type: (identifier) @type
  arguments: (argument_list . (argument [(binary_expression) (interpolated_string_expression)] @sql))) @weak
  (#match? @type "Command$") (#match? @sql "(?is)^\\$?@?[\"(\\s]*(select|insert|update|delete|create|drop|alter)\\s")
  (#set! cwe "89") (#set! says "A value is written into a SQL statement; pass it as a parameter."))
((identifier) @weak (#eq? @weak "DangerousAcceptAnyServerCertificateValidator")
  (#set! cwe "295") (#set! says "Certificates are not checked."))
