(method_declaration body: (block) @block) @header
(constructor_declaration body: (constructor_body) @block) @header
(compact_constructor_declaration body: (block) @block) @header
(class_declaration body: (class_body) @block) @header
(record_declaration body: (class_body) @block) @header
(interface_declaration body: (interface_body) @block) @header
(annotation_type_declaration body: (annotation_type_body) @block) @header
(enum_declaration body: (enum_body) @block) @header
(object_creation_expression (class_body) @block) @header
(lambda_expression body: (block) @block) @header
(static_initializer (block) @block) @header
(if_statement consequence: (block) @block) @header
(if_statement alternative: (block) @block) @header
(for_statement body: (block) @block) @header
(enhanced_for_statement body: (block) @block) @header
(while_statement body: (block) @block) @header
(do_statement body: (block) @block) @header
(try_statement body: (block) @block) @header
(try_with_resources_statement body: (block) @block) @header
(catch_clause body: (block) @block) @header
(finally_clause (block) @block) @header
(synchronized_statement body: (block) @block) @header
(switch_expression body: (switch_block) @block) @header
(switch_rule (block) @block) @header
(labeled_statement (block) @block) @header
(block (block) @block @header)
(class_body (block) @block @header)

(string_literal) @string
(character_literal) @string
(line_comment) @comment
(block_comment) @comment

(ERROR "\"\"\"" @quote)
"{" @open
"}" @close
