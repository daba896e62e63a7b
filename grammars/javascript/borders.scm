(function_declaration) @border
(generator_function_declaration) @border
(class_declaration) @border
(method_definition) @border
(export_statement declaration: (_)) @border
(lexical_declaration (variable_declarator value: (arrow_function))) @border
(lexical_declaration (variable_declarator value: (function_expression))) @border
(variable_declaration (variable_declarator value: (function_expression))) @border
(decorator) @lead
(comment) @lead
