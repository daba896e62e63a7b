(using_directive !name [(identifier) (qualified_name)] @module @everything) @import
(using_directive name: (identifier) @all [(identifier) (qualified_name)] @module .) @import
