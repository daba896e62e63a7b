((call_expression
  function: (field_expression field: (field_identifier) @call)
  arguments: (arguments (boolean_literal) @on)) @weak
  (#any-of? @call "danger_accept_invalid_certs" "danger_accept_invalid_hostnames") (#eq? @on "true")
  (#set! cwe "295") (#set! says "Certificates are not checked."))
((call_expression function: (_) @call arguments: (arguments . (reference_expression (macro_invocation) @sql))) @weak
  (#match? @call "(^|::|\\.)(query|execute|query_as|sql_query)$")
  (#match? @sql "(?is)^format!\\s*\\(\\s*\"(select|insert|update|delete)\\s")
  (#set! cwe "89") (#set! says "A value is written into a SQL statement; bind it."))
