(import_statement source: (string (string_fragment) @module)) @import
(import_statement
  (import_clause (identifier) @default) source: (string (string_fragment) @module)) @import
(import_statement
  (import_clause (named_imports (import_specifier name: (_) @name alias: (_)? @alias)))
  source: (string (string_fragment) @module)) @import
(import_statement
  (import_clause (namespace_import (identifier) @all))
  source: (string (string_fragment) @module)) @import
(import_statement
  (import_require_clause (identifier) @all source: (string (string_fragment) @module))) @import

(export_statement
  (export_clause (export_specifier name: (_) @name alias: (_)? @alias))
  source: (string (string_fragment) @module)) @import
(export_statement "*" @everything source: (string (string_fragment) @module)) @import
(export_statement
  (namespace_export (identifier) @all) source: (string (string_fragment) @module)) @import

(variable_declarator
  name: (identifier) @all
  value: (call_expression
    function: (identifier) @require arguments: (arguments . (string (string_fragment) @module)))) @import
(variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @name)
  value: (call_expression
    function: (identifier) @require arguments: (arguments . (string (string_fragment) @module)))) @import
(variable_declarator
  name: (object_pattern
    (pair_pattern key: (property_identifier) @name value: (identifier) @alias))
  value: (call_expression
    function: (identifier) @require arguments: (arguments . (string (string_fragment) @module)))) @import
(call_expression
  function: (import) arguments: (arguments . (string (string_fragment) @module))) @import
