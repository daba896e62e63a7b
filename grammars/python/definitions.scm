(function_definition name: (identifier) @name body: (block) @body) @function
(class_definition name: (identifier) @name body: (block) @body) @class
(type_alias_statement left: (type (identifier) @name)) @type
(expression_statement (assignment left: (identifier) @name)) @variable
(expression_statement (assignment left: (pattern_list (identifier) @name))) @variable
(expression_statement
  (assignment left: (attribute object: (identifier) @marker attribute: (identifier) @name))) @field

(decorated_definition definition: (_ name: (identifier) @name)) @whole
(function_definition
  name: (identifier) @name body: (block . (expression_statement . (string) @doc)))
(class_definition
  name: (identifier) @name body: (block . (expression_statement . (string) @doc)))

(comment) @comment
