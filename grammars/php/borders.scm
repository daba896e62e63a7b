(function_definition) @border
(class_declaration) @border
(trait_declaration) @border
(interface_declaration) @border
(enum_declaration) @border
(method_declaration) @border
(comment) @lead
