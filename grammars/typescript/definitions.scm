(function_declaration name: (identifier) @name body: (_) @body) @function
(generator_function_declaration name: (identifier) @name body: (_) @body) @function
(function_signature name: (identifier) @name) @function
(lexical_declaration
  (variable_declarator
    name: (identifier) @name value: (arrow_function body: (statement_block) @body))) @function
(lexical_declaration
  (variable_declarator name: (identifier) @name value: (arrow_function))) @function
(lexical_declaration
  (variable_declarator
    name: (identifier) @name value: (function_expression body: (_) @body))) @function
(variable_declaration
  (variable_declarator
    name: (identifier) @name value: (function_expression body: (_) @body))) @function

(class_declaration name: (_) @name body: (_) @body) @class
(abstract_class_declaration name: (_) @name body: (_) @body) @class
(lexical_declaration
  (variable_declarator name: (identifier) @name value: (class body: (_) @body))) @class
(interface_declaration name: (_) @name body: (_) @body) @interface
(type_alias_declaration name: (_) @name value: (object_type) @body) @type
(type_alias_declaration name: (_) @name) @type
(enum_declaration name: (_) @name body: (_) @body) @enum
(internal_module name: (_) @name body: (_) @body) @module
(module name: (string (string_fragment) @name) body: (_) @body) @module
(module name: (identifier) @name body: (_) @body) @module

(method_definition name: (_) @name body: (_) @body) @method
(method_signature name: (_) @name) @method
(abstract_method_signature name: (_) @name) @method
(public_field_definition
  name: (_) @name value: (arrow_function body: (statement_block) @body)) @method
(public_field_definition name: (_) @name value: (arrow_function)) @method
(public_field_definition name: (_) @name) @field
(property_signature name: (_) @name) @field
(required_parameter (accessibility_modifier) pattern: (identifier) @name) @field
(required_parameter "readonly" pattern: (identifier) @name) @field
(enum_assignment name: (_) @name) @constant
(enum_body name: (property_identifier) @name @constant)

(lexical_declaration (variable_declarator name: (identifier) @name)) @variable
(variable_declaration (variable_declarator name: (identifier) @name)) @variable
(expression_statement
  (assignment_expression
    left: (member_expression property: (property_identifier) @name)
    right: (function_expression body: (_) @body))) @function
(expression_statement
  (assignment_expression
    left: (member_expression object: (this) property: (property_identifier) @name))) @field

(export_statement declaration: (_ name: (_) @name)) @whole
(export_statement declaration: (_ (variable_declarator name: (identifier) @name))) @whole

(decorator) @decorator
(comment) @comment
