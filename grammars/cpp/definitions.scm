(function_definition
  declarator: (function_declarator declarator: [
    (identifier) (field_identifier) (destructor_name) (operator_name)] @name)
  body: (_) @body) @function
(function_definition
  declarator: (_
    (function_declarator declarator: [
      (identifier) (field_identifier) (operator_name)] @name))
  body: (_) @body) @function
(function_definition
  declarator: (function_declarator declarator: (qualified_identifier
    scope: (_) @owner
    name: [(identifier) (destructor_name) (operator_name)] @name))
  body: (_) @body) @method
(function_definition
  declarator: (_
    (function_declarator declarator: (qualified_identifier
      scope: (_) @owner
      name: [(identifier) (operator_name)] @name)))
  body: (_) @body) @method
(function_definition
  declarator: (function_declarator declarator: (qualified_identifier
    name: (qualified_identifier
      scope: (_) @owner
      name: [(identifier) (destructor_name) (operator_name)] @name)))
  body: (_) @body) @method
(function_definition
  declarator: (function_declarator declarator: (qualified_identifier
    name: (qualified_identifier
      name: (qualified_identifier
        scope: (_) @owner
        name: [(identifier) (destructor_name) (operator_name)] @name))))
  body: (_) @body) @method
(declaration
  declarator: (function_declarator declarator: [
    (identifier) (destructor_name) (operator_name)] @name)) @function
(declaration
  declarator: (_ (function_declarator declarator: (identifier) @name))) @function
(field_declaration
  declarator: (function_declarator declarator: [
    (field_identifier) (operator_name)] @name)) @method
(field_declaration
  declarator: (_ (function_declarator declarator: (field_identifier) @name))) @method
(preproc_function_def name: (identifier) @name value: (_) @body) @function
(preproc_def name: (identifier) @name) @constant

(struct_specifier name: (_) @name body: (_) @body) @class
(class_specifier name: (_) @name body: (_) @body) @class
(union_specifier name: (_) @name body: (_) @body) @class
(namespace_definition name: (_) @name body: (_) @body) @module
(concept_definition name: (_) @name) @type
(alias_declaration name: (_) @name) @type
(enum_specifier name: (_) @name body: (_) @body) @enum
(enumerator name: (_) @name) @constant
(type_definition
  type: (struct_specifier !name body: (_) @body) declarator: (type_identifier) @name) @class
(type_definition
  type: (union_specifier !name body: (_) @body) declarator: (type_identifier) @name) @class
(type_definition
  type: (enum_specifier !name body: (_) @body) declarator: (type_identifier) @name) @enum
(type_definition declarator: (type_identifier) @name) @type
(type_definition
  declarator: (function_declarator
    declarator: (parenthesized_declarator
      (pointer_declarator declarator: (type_identifier) @name)))) @type

(field_declaration declarator: (field_identifier) @name) @field
(field_declaration
  declarator: (pointer_declarator declarator: (field_identifier) @name)) @field
(field_declaration
  declarator: (reference_declarator (field_identifier) @name)) @field
(field_declaration
  declarator: (array_declarator declarator: (field_identifier) @name)) @field
(declaration declarator: (identifier) @name) @variable
(declaration declarator: (init_declarator declarator: (identifier) @name)) @variable
(declaration declarator: (pointer_declarator declarator: (identifier) @name)) @variable
(declaration declarator: (array_declarator declarator: (identifier) @name)) @variable
(declaration
  declarator: (init_declarator
    declarator: (pointer_declarator declarator: (identifier) @name))) @variable
(declaration
  declarator: (init_declarator
    declarator: (array_declarator declarator: (identifier) @name))) @variable

(template_declaration (_ name: (_) @name)) @whole
(template_declaration
  (function_definition declarator: (function_declarator declarator: (_) @name))) @whole

(comment) @comment
