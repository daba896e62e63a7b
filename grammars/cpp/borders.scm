(function_definition) @border
(struct_specifier body: (_)) @border
(union_specifier body: (_)) @border
(enum_specifier body: (_)) @border
(class_specifier body: (_)) @border
(namespace_definition) @border
(template_declaration) @border
(concept_definition) @border
(alias_declaration) @border
(type_definition) @border
(preproc_function_def) @border
(template_declaration "template" @lead)
(comment) @lead
