(function_item body: (block) @block) @header
(closure_expression body: (block) @block) @header
(impl_item body: (declaration_list) @block) @header
(trait_item body: (declaration_list) @block) @header
(mod_item body: (declaration_list) @block) @header
(foreign_mod_item body: (declaration_list) @block) @header
(struct_item body: (field_declaration_list) @block) @header
(union_item body: (field_declaration_list) @block) @header
(enum_item body: (enum_variant_list) @block) @header
(if_expression consequence: (block) @block) @header
(else_clause (block) @block) @header
(for_expression body: (block) @block) @header
(while_expression body: (block) @block) @header
(loop_expression body: (block) @block) @header
(match_expression body: (match_block) @block) @header
(match_arm value: (block) @block) @header
(unsafe_block (block) @block) @header
(async_block (block) @block) @header
(let_declaration value: (block) @block) @header
(expression_statement (block) @block @header)

(string_literal) @string
(raw_string_literal) @string
(char_literal) @string
(line_comment) @comment
(block_comment) @comment

"{" @open
"}" @close
