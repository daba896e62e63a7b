(function_declaration name: (identifier) @name body: (_) @body) @function
(generator_function_declaration name: (identifier) @name body: (_) @body) @function
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
(lexical_declaration
  (variable_declarator name: (identifier) @name value: (class body: (_) @body))) @class
(method_definition name: (_) @name body: (_) @body) @method
(field_definition
  property: (_) @name value: (arrow_function body: (statement_block) @body)) @method
(field_definition property: (_) @name value: (arrow_function)) @method
(field_definition property: (_) @name) @field
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
