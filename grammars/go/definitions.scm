(function_declaration name: (_) @name body: (block) @body) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (type_identifier) @owner))
  name: (_) @name body: (block) @body) @method
(method_declaration
  receiver: (parameter_list
    (parameter_declaration type: (pointer_type (type_identifier) @owner)))
  name: (_) @name body: (block) @body) @method
(method_declaration
  receiver: (parameter_list
    (parameter_declaration type: (generic_type type: (type_identifier) @owner)))
  name: (_) @name body: (block) @body) @method
(method_declaration
  receiver: (parameter_list
    (parameter_declaration type: (pointer_type (generic_type type: (type_identifier) @owner))))
  name: (_) @name body: (block) @body) @method

(type_declaration
  . (type_spec name: (_) @name type: (struct_type (field_declaration_list) @body)) .) @class
(type_declaration . (type_spec name: (_) @name type: (interface_type "{" @body)) .) @interface
(type_declaration . (type_spec name: (_) @name) .) @type
(type_declaration . (type_alias name: (_) @name) .) @type
(type_spec name: (_) @name type: (struct_type (field_declaration_list) @body)) @class
(type_spec name: (_) @name type: (interface_type "{" @body)) @interface
(type_spec name: (_) @name) @type
(type_alias name: (_) @name) @type
(field_declaration name: (_) @name) @field
(method_elem name: (_) @name) @method

(const_declaration . (const_spec name: (identifier) @name) .) @constant
(const_spec name: (identifier) @name) @constant
(var_declaration . (var_spec name: (identifier) @name) .) @variable
(var_spec name: (identifier) @name) @variable

(comment) @comment
