((variable_name (name) @from) @source (#any-of? @from "_GET" "_POST" "_REQUEST" "_COOKIE" "_FILES"))
((function_call_expression function: (name) @by) @clean
  (#any-of? @by "htmlspecialchars" "htmlentities" "intval" "basename" "escapeshellarg" "urlencode" "json_encode" "strip_tags"))
((cast_expression) @clean)
(assignment_expression left: (variable_name) @name right: (_) @value)

((function_call_expression function: (name) @call arguments: (arguments (argument [(binary_expression) (encapsed_string (variable_name))] @sql))) @weak
  (#any-of? @call "mysqli_query" "mysql_query" "pg_query" "sqlite_query")
  (#match? @sql "(?is)^[\"'(\\s]*(select|insert|update|delete|replace|create|drop|alter)\\s")
  (#set! cwe "89") (#set! says "A value is written into a SQL statement; use a prepared one."))
((member_call_expression name: (name) @call arguments: (arguments . (argument [(binary_expression) (encapsed_string (variable_name))] @sql))) @weak
  (#any-of? @call "query" "exec" "prepare")
  (#match? @sql "(?is)^[\"'(\\s]*(select|insert|update|delete|replace|create|drop|alter)\\s")
  (#set! cwe "89") (#set! says "A value is written into a SQL statement; use a prepared one."))
((function_call_expression function: (name) @call arguments: (arguments . (argument) @tainted)) @weak
  (#any-of? @call "system" "exec" "shell_exec" "passthru" "popen" "proc_open")
  (#set! cwe "78") (#set! says "A value from outside becomes a command; use escapeshellarg."))
((function_call_expression function: (name) @call arguments: (arguments . (argument (_) @code))) @weak
  (#eq? @call "eval") (#not-match? @code "^'[^']*'$")
  (#set! cwe "95") (#set! says "eval runs whatever the text says."))
((function_call_expression function: (name) @call arguments: (arguments . (argument (_) @data))) @weak
  (#eq? @call "unserialize") (#not-match? @data "^['\"]")
  (#set! cwe "502") (#set! says "Objects from outside can run code when they are read; use json_decode."))
((echo_statement (_) @tainted) @weak
  (#set! cwe "79") (#set! says "A value from outside becomes HTML as it is; use htmlspecialchars."))
((include_expression (_) @tainted) @weak (#set! cwe "98") (#set! says "The request says what is included."))
((require_expression (_) @tainted) @weak (#set! cwe "98") (#set! says "The request says what is included."))
((function_call_expression function: (name) @call arguments: (arguments . (argument) @what)) @weak
  (#any-of? @call "md5" "sha1") (#match? @what "(?i)passw|secret|token")
  (#set! cwe "327") (#set! says "The hash is broken; use password_hash."))
