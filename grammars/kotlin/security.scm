((call_expression) @weak
  (#match? @weak "(?i)^MessageDigest\\.getInstance\\(\"(md[245]|sha-?1)\"\\)$")
  (#set! cwe "327") (#set! says "The hash is broken; use SHA-256, or a password hash."))
((call_expression) @weak (#match? @weak "^ObjectInputStream\\(")
  (#set! cwe "502") (#set! says "Objects from outside can run code when they are read."))
