(method) @border
(singleton_method) @border
(class) @border
(module) @border
(comment) @lead
