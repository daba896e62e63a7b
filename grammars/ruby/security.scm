((call method: (identifier) @call arguments: (argument_list . (string (interpolation)))) @weak
  (#any-of? @call "system" "exec" "spawn" "popen")
  (#set! cwe "78") (#set! says "A value is written into a command line; pass the arguments one by one."))
((subshell (interpolation)) @weak
  (#set! cwe "78") (#set! says "A value is written into a command line."))
((call method: (identifier) @call arguments: (argument_list . (_) @code)) @weak
  (#any-of? @call "eval" "instance_eval" "class_eval") (#not-match? @code "^['\"][^#]*['\"]$")
  (#set! cwe "95") (#set! says "eval runs whatever the text says."))
((call receiver: (constant) @on method: (identifier) @call) @weak
  (#any-of? @on "Marshal" "YAML") (#any-of? @call "load" "unsafe_load")
  (#set! cwe "502") (#set! says "Objects from outside can run code when they are read; use JSON or safe_load."))
((scope_resolution) @weak (#any-of? @weak "Digest::MD5" "Digest::SHA1" "OpenSSL::Digest::MD5")
  (#set! cwe "327") (#set! says "The hash is broken; use SHA256, or bcrypt for passwords."))
((scope_resolution) @weak (#eq? @weak "OpenSSL::SSL::VERIFY_NONE")
  (#set! cwe "295") (#set! says "Certificates are not checked."))
((call method: (identifier) @call arguments: (argument_list . (string (interpolation)) @sql)) @weak
  (#any-of? @call "where" "find_by_sql" "execute" "order")
  (#set! cwe "89") (#set! says "A value is written into a SQL statement; pass it as a parameter."))
