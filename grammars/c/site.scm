(function_definition body: (compound_statement) @block) @header
(struct_specifier body: (field_declaration_list) @block) @header
(union_specifier body: (field_declaration_list) @block) @header
(enum_specifier body: (enumerator_list) @block) @header
(if_statement consequence: (compound_statement) @block) @header
(else_clause (compound_statement) @block) @header
(for_statement body: (compound_statement) @block) @header
(while_statement body: (compound_statement) @block) @header
(do_statement body: (compound_statement) @block) @header
(switch_statement body: (compound_statement) @block) @header
(case_statement (compound_statement) @block) @header
(labeled_statement (compound_statement) @block) @header
(linkage_specification body: (declaration_list) @block) @header
(compound_statement (compound_statement) @block @header)

(string_literal) @string
(char_literal) @string
(system_lib_string) @string
(comment) @comment

"{" @open
"}" @close
