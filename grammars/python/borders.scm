(function_definition) @border
(class_definition) @border
(decorator) @lead
(comment) @lead
