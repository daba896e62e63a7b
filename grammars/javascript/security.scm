; What comes from outside, what takes the danger out of it, and how it gets into variables.
(member_expression
  object: (identifier) @from property: (property_identifier) @part
  (#any-of? @from "req" "request")
  (#any-of? @part "query" "params" "body" "headers" "cookies")) @source
(subscript_expression index: (_) @clean)
((call_expression function: (_) @by) @clean
  (#match? @by "(^|\\.)(basename|parseInt|Number|encodeURIComponent|escape\\w*|sanitize\\w*)$"))
(variable_declarator name: (identifier) @name value: (_) @value)
(assignment_expression left: (identifier) @name right: (_) @value)

; SQL
((call_expression
  function: (member_expression property: (property_identifier) @call)
  arguments: (arguments . [(template_string (template_substitution)) (binary_expression)] @sql)) @weak
  (#any-of? @call "query" "execute" "exec" "run" "all" "get" "raw" "prepare" "$queryRawUnsafe" "$executeRawUnsafe")
  (#match? @sql "(?is)^[`\"'(\\s]*(select|insert|update|delete|replace|create|drop|alter)\\s")
  (#set! cwe "89") (#set! says "A value is written into a SQL statement; pass it as a parameter."))

; Commands
((call_expression
  function: [(identifier) (member_expression object: (identifier) @module)] @call
  arguments: (arguments . [(template_string (template_substitution)) (binary_expression)])) @weak
  (#match? @call "^((child_process|cp)\\.)?exec(Sync)?$")
  (#set! cwe "78") (#set! says "A value is written into a command line; use execFile with a list."))
((call_expression
  function: (_) @call
  arguments: (arguments (object (pair key: (property_identifier) @key value: (true))))) @weak
  (#match? @call "(^|\\.)(spawn|execFile)(Sync)?$") (#eq? @key "shell")
  (#set! cwe "78") (#set! says "The command runs through a shell."))

; Code
((call_expression function: (identifier) @call arguments: (arguments . (_) @code)) @weak
  (#eq? @call "eval") (#not-match? @code "^([\"'][^\"']*[\"']|`[^$]*`)$")
  (#set! cwe "95") (#set! says "eval runs whatever the text says."))
((new_expression constructor: (identifier) @call) @weak
  (#eq? @call "Function")
  (#set! cwe "95") (#set! says "A function is made of text, which runs whatever the text says."))

; HTML
((assignment_expression
  left: (member_expression property: (property_identifier) @part)
  right: [
    (template_string (template_substitution)) (binary_expression) (identifier) (member_expression)
  ] @html) @weak
  (#any-of? @part "innerHTML" "outerHTML") (#not-match? @html "(?i)sanitiz|escape|purif")
  (#set! cwe "79") (#set! says "A value becomes HTML as it is; use textContent or escape it."))
((call_expression
  function: (member_expression property: (property_identifier) @call)
  arguments: (arguments . (_) @html)) @weak
  (#match? @call "^(write|writeln)$") (#match? @weak "^document\\.") (#not-match? @html "^[\"']")
  (#set! cwe "79") (#set! says "A value becomes HTML as it is."))
((pair key: (property_identifier) @part value: (_) @html) @weak
  (#eq? @part "__html") (#not-match? @html "(?i)^[\"']|sanitiz|escape|purif")
  (#set! cwe "79") (#set! says "A value becomes HTML as it is."))

; Cryptography
((call_expression
  function: (_) @call arguments: (arguments . (string) @kind)) @weak
  (#match? @call "(^|\\.)createHash$") (#match? @kind "(?i)^.(md[245]|sha-?1|ripemd).*$")
  (#set! cwe "327") (#set! says "The hash is broken; use SHA-256, or scrypt for passwords."))
((call_expression
  function: (_) @call arguments: (arguments . (string) @kind)) @weak
  (#match? @call "(^|\\.)createCipher(iv)?$") (#match? @kind "(?i)^.(des|rc[24]|bf|.*ecb)")
  (#set! cwe "327") (#set! says "The cipher is broken; use aes-256-gcm."))
((variable_declarator name: (_) @what value: (_) @how) @weak
  (#match? @what "(?i)token|secret|passw|nonce|salt|session|csrf|otp|api_?key")
  (#match? @how "Math\\.random")
  (#set! cwe "330") (#set! says "Math.random can be guessed; use crypto.randomUUID or randomBytes."))

; TLS
((pair key: (property_identifier) @key value: (false)) @weak
  (#any-of? @key "rejectUnauthorized" "strictSSL")
  (#set! cwe "295") (#set! says "Certificates are not checked."))
((assignment_expression left: (_) @left right: (_) @right) @weak
  (#match? @left "NODE_TLS_REJECT_UNAUTHORIZED") (#match? @right "0")
  (#set! cwe "295") (#set! says "Certificates are not checked."))

; Paths and addresses from outside
((call_expression function: (_) @call arguments: (arguments . (_) @tainted)) @weak
  (#match? @call "(^|\\.)(readFile|writeFile|appendFile|unlink|readdir|rm|createReadStream|createWriteStream|sendFile|download)(Sync)?$")
  (#set! cwe "22") (#set! says "A path from outside may lead anywhere; take its basename, or look it up."))
((call_expression function: (member_expression property: (property_identifier) @call)
  arguments: (arguments (_) @tainted .)) @weak
  (#eq? @call "redirect")
  (#set! cwe "601") (#set! says "The request says where to redirect to."))
((call_expression function: (_) @call arguments: (arguments . (_) @tainted)) @weak
  (#match? @call "^(fetch|got|axios(\\.(get|post|put|request))?|https?\\.(get|request))$")
  (#set! cwe "918") (#set! says "The request says what the server should fetch."))
