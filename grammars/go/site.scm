(function_declaration body: (block) @block) @header
(method_declaration body: (block) @block) @header
(func_literal body: (block) @block) @header
(if_statement consequence: (block) @block) @header
(if_statement alternative: (block) @block) @header
(for_statement body: (block) @block) @header
(expression_switch_statement "{" @block) @header
(type_switch_statement "{" @block) @header
(select_statement "{" @block) @header
(type_declaration (type_spec type: (struct_type (field_declaration_list) @block))) @header
(type_declaration (type_spec type: (interface_type "{" @block))) @header
(block (statement_list (block) @block @header))

(interpreted_string_literal) @string
(raw_string_literal) @string
(rune_literal) @string
(comment) @comment

(ERROR "`" @quote)
"{" @open
"}" @close
