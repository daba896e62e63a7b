(function_declaration) @border
(method_declaration) @border
(type_declaration) @border
(comment) @lead
