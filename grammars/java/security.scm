((method_invocation name: (identifier) @call arguments: (argument_list . (binary_expression) @sql)) @weak
  (#any-of? @call "executeQuery" "executeUpdate" "execute" "prepareStatement" "createQuery" "createNativeQuery" "query" "update")
  (#match? @sql "(?is)^[\"(\\s]*(select|insert|update|delete|replace|create|drop|alter|from)\\s")
  (#set! cwe "89") (#set! says "A value is written into a SQL statement; pass it as a parameter."))
((method_invocation object: (_) @on name: (identifier) @call arguments: (argument_list . (binary_expression))) @weak
  (#match? @on "getRuntime\\(\\)$|^(rt|runtime)$") (#eq? @call "exec")
  (#set! cwe "78") (#set! says "A value is written into a command line; use ProcessBuilder with a list."))
((object_creation_expression type: (type_identifier) @type) @weak
  (#eq? @type "ObjectInputStream")
  (#set! cwe "502") (#set! says "Objects from outside can run code when they are read."))
((method_invocation object: (identifier) @on name: (identifier) @call arguments: (argument_list . (string_literal) @kind)) @weak
  (#eq? @on "MessageDigest") (#eq? @call "getInstance") (#match? @kind "(?i)^\"(md[245]|sha-?1)\"$")
  (#set! cwe "327") (#set! says "The hash is broken; use SHA-256, or a password hash."))
((method_invocation object: (identifier) @on name: (identifier) @call arguments: (argument_list . (string_literal) @kind)) @weak
  (#eq? @on "Cipher") (#eq? @call "getInstance") (#match? @kind "(?i)^\"(des|desede|rc[24]|blowfish|[^\"]*/ecb)")
  (#set! cwe "327") (#set! says "The cipher is broken; use AES/GCM/NoPadding."))
((identifier) @weak (#any-of? @weak "NoopHostnameVerifier" "ALLOW_ALL_HOSTNAME_VERIFIER" "TrustAllStrategy")
  (#set! cwe "295") (#set! says "Certificates are not checked."))
