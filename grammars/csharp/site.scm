(class_declaration body: (declaration_list) @block) @header
(struct_declaration body: (declaration_list) @block) @header
(record_declaration body: (declaration_list) @block) @header
(interface_declaration body: (declaration_list) @block) @header
(enum_declaration body: (enum_member_declaration_list) @block) @header
(namespace_declaration body: (declaration_list) @block) @header
(method_declaration body: (block) @block) @header
(constructor_declaration body: (block) @block) @header
(local_function_statement body: (block) @block) @header
(property_declaration accessors: (accessor_list) @block) @header
(accessor_declaration body: (block) @block) @header
(lambda_expression body: (block) @block) @header
(for_statement body: (block) @block) @header
(foreach_statement body: (block) @block) @header
(while_statement body: (block) @block) @header
(do_statement body: (block) @block) @header
(if_statement consequence: (block) @block) @header
(if_statement "else" @header alternative: (block) @block)
(switch_statement body: (switch_body) @block) @header
(try_statement body: (block) @block) @header
(catch_clause body: (block) @block) @header
(finally_clause (block) @block) @header
(using_statement body: (block) @block) @header
(lock_statement (block) @block) @header
(block (block) @block @header)

(string_literal) @string
(verbatim_string_literal) @string
(raw_string_literal) @string
(interpolated_string_expression) @string
(interpolation) @code
(character_literal) @string
(comment) @comment

"{" @open
"}" @close
