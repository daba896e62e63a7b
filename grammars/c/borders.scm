(function_definition) @border
(struct_specifier body: (_)) @border
(union_specifier body: (_)) @border
(enum_specifier body: (_)) @border
(type_definition) @border
(preproc_function_def) @border
(comment) @lead
