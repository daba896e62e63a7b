(class_declaration) @border
(object_declaration) @border
(function_declaration) @border
(property_declaration) @border
(line_comment) @lead
(block_comment) @lead
