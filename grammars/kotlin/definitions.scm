(function_declaration name: (_) @name (function_body) @body) @function
(function_declaration name: (_) @name) @function
(class_declaration "interface" name: (_) @name (class_body) @body) @interface
(class_declaration "interface" name: (_) @name) @interface
(class_declaration name: (_) @name (enum_class_body) @body) @enum
(class_declaration name: (_) @name (class_body) @body) @class
(class_declaration name: (_) @name) @class
(class_parameter "val" (identifier) @name) @field
(class_parameter "var" (identifier) @name) @field
(object_declaration name: (_) @name (class_body) @body) @class
(object_declaration name: (_) @name) @class
(enum_entry . (identifier) @name) @constant
(type_alias . (identifier) @name) @type
(property_declaration (variable_declaration . (identifier) @name)) @variable

(annotation) @decorator
(line_comment) @comment
(block_comment) @comment
