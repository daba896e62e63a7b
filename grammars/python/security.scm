; Beside these, bandit looks at whole Python files; here is what it does not know.
((attribute object: (identifier) @from attribute: (identifier) @part) @source
  (#eq? @from "request")
  (#any-of? @part "args" "form" "values" "json" "files" "cookies" "headers" "GET" "POST" "FILES" "query_params"))
(subscript value: (identifier) @table subscript: (_) @clean (#match? @table "^[A-Z]"))
((call function: (_) @by) @clean
  (#match? @by "(^|\\.)(basename|secure_filename|int|quote|escape|safe_join)$"))
(assignment left: (identifier) @name right: (_) @value)

((call function: (_) @call arguments: (argument_list . (_) @tainted)) @weak
  (#match? @call "(^|\\.)(open|send_file|remove|unlink|rmtree|read_text|Path)$")
  (#set! cwe "22") (#set! says "A path from outside may lead anywhere; use safe_join or a table."))
((call function: (_) @call arguments: (argument_list . (_) @tainted)) @weak
  (#match? @call "^(requests|httpx|urllib\\.request|aiohttp)\\.(get|post|put|head|request|urlopen)$")
  (#set! cwe "918") (#set! says "The request says what the server should fetch."))
((call function: (identifier) @call arguments: (argument_list . (_) @tainted)) @weak
  (#any-of? @call "redirect" "HttpResponseRedirect")
  (#set! cwe "601") (#set! says "The request says where to redirect to."))

((function_definition name: (identifier) @what body: (_) @how) @weak
  (#match? @what "(?i)token|secret|passw|nonce|salt|session|csrf|otp|api_?key")
  (#match? @how "\\brandom\\.(choice|choices|random|randint|randrange|getrandbits|sample)\\(")
  (#set! cwe "330") (#set! says "The random module can be guessed; use secrets."))
((assignment left: (_) @what right: (_) @how) @weak
  (#match? @what "(?i)token|secret|passw|nonce|salt|session|csrf|otp|api_?key")
  (#match? @how "\\brandom\\.(choice|choices|random|randint|randrange|getrandbits|sample)\\(")
  (#set! cwe "330") (#set! says "The random module can be guessed; use secrets."))

((call function: (_) @call arguments: (argument_list (keyword_argument name: (identifier) @key value: (true)))) @weak
  (#match? @call "XMLParser$") (#eq? @key "resolve_entities")
  (#set! cwe "611") (#set! says "The parser takes in outside entities."))
