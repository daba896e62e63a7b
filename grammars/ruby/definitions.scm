(method name: (_) @name body: (_) @body) @function
(method name: (_) @name !body) @function
(singleton_method name: (_) @name body: (_) @body) @method
(singleton_method name: (_) @name !body) @method
(class name: (constant) @name body: (_) @body) @class
(class name: (constant) @name !body) @class
(class name: (scope_resolution scope: (_) @owner name: (_) @name) body: (_) @body) @class
(module name: (_) @name body: (_) @body) @module
(module name: (_) @name !body) @module
(assignment left: (constant) @name) @constant
(assignment left: (global_variable) @name) @variable
(assignment left: (instance_variable) @name) @field
(assignment left: (class_variable) @name) @field
(call method: (identifier) @marker arguments: (argument_list (simple_symbol) @name)) @field

(comment) @comment
