(namespace_use_declaration (namespace_use_clause (qualified_name) @module @last)) @import
(namespace_use_declaration
  (namespace_use_clause (qualified_name) @module @last alias: (name) @alias)) @import
(namespace_use_declaration
  (namespace_name) @prefix
  body: (namespace_use_group (namespace_use_clause . (name) @module @last))) @import
(namespace_use_declaration
  (namespace_name) @prefix
  body: (namespace_use_group
    (namespace_use_clause . (name) @module @last alias: (name) @alias))) @import
(require_expression (_ (string_content) @module @everything)) @import
(require_once_expression (_ (string_content) @module @everything)) @import
(include_expression (_ (string_content) @module @everything)) @import
(include_once_expression (_ (string_content) @module @everything)) @import
(require_once_expression
  (binary_expression right: (_ (string_content) @module @everything))) @import
(require_expression
  (binary_expression right: (_ (string_content) @module @everything))) @import
