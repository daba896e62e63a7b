(call
  !receiver method: (identifier) @require
  arguments: (argument_list . (string (string_content) @module @everything))) @import
