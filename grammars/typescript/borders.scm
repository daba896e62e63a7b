(function_declaration) @border
(generator_function_declaration) @border
(class_declaration) @border
(abstract_class_declaration) @border
(interface_declaration) @border
(enum_declaration) @border
(type_alias_declaration) @border
(internal_module) @border
(module) @border
(method_definition) @border
(export_statement declaration: (_)) @border
(lexical_declaration (variable_declarator value: (arrow_function))) @border
(lexical_declaration (variable_declarator value: (function_expression))) @border
(variable_declaration (variable_declarator value: (function_expression))) @border
(decorator) @lead
(comment) @lead
