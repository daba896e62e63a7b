(import (qualified_identifier) @module @last .) @import
(import (qualified_identifier) @module @last (identifier) @alias) @import
(import (qualified_identifier) @module "*" @everything) @import
