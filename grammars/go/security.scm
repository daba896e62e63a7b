((call_expression
  function: (selector_expression field: (field_identifier) @call)
  arguments: (argument_list . [(binary_expression) (call_expression)] @sql)) @weak
  (#match? @call "^(Query|QueryRow|Exec|Prepare)(Context)?$")
  (#match? @sql "(?is)^(fmt\\.Sprintf\\()?[\"`(\\s]*(select|insert|update|delete|replace|create|drop|alter)\\s")
  (#set! cwe "89") (#set! says "A value is written into a SQL statement; pass it as a parameter."))
((call_expression function: (_) @call arguments: (argument_list . (_) @shell . (_) @flag . [(identifier) (binary_expression) (call_expression) (selector_expression)])) @weak
  (#eq? @call "exec.Command") (#match? @shell "^\"(/bin/)?(sh|bash|zsh|cmd)") (#match? @flag "^\"[-/][cC]\"$")
  (#set! cwe "78") (#set! says "A shell runs what a variable says; start the program with a list."))
((call_expression function: (selector_expression operand: (identifier) @package field: (field_identifier) @call)) @weak
  (#any-of? @package "md5" "sha1" "des" "rc4") (#any-of? @call "Sum" "New" "NewCipher" "NewTripleDESCipher")
  (#set! cwe "327") (#set! says "The hash or cipher is broken; use sha256, or bcrypt for passwords."))
((keyed_element . (literal_element (identifier) @key) (literal_element (true))) @weak
  (#eq? @key "InsecureSkipVerify")
  (#set! cwe "295") (#set! says "Certificates are not checked."))
((call_expression function: (_) @call arguments: (argument_list . [(identifier) (binary_expression) (call_expression)])) @weak
  (#match? @call "^template\\.(HTML|JS|URL)$")
  (#set! cwe "79") (#set! says "A value becomes HTML as it is."))
