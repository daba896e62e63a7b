((call_expression function: (identifier) @call) @weak
  (#any-of? @call "strcpy" "strcat" "gets" "sprintf" "vsprintf" "stpcpy")
  (#set! cwe "120") (#set! says "It writes without a bound; use a function that takes the size."))
((call_expression function: (identifier) @call arguments: (argument_list . [(identifier) (call_expression)])) @weak
  (#any-of? @call "printf" "vprintf" "syslog")
  (#set! cwe "134") (#set! says "The format comes from a variable; use \"%s\"."))
((call_expression function: (identifier) @call arguments: (argument_list . [(identifier) (call_expression)])) @weak
  (#any-of? @call "system" "popen")
  (#set! cwe "78") (#set! says "A shell runs what a variable says."))
((call_expression function: (identifier) @call) @weak
  (#any-of? @call "mktemp" "tmpnam" "tempnam")
  (#set! cwe "377") (#set! says "Others can take the name first; use mkstemp."))
