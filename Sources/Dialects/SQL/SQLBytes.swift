// The bytes of SQL's words, alike on both databases (https://www.postgresql.org/docs/current/sql-syntax-lexical.html,
// https://www.sqlite.org/draft/tokenreq.html).

extension UInt8 {
    /// Whether a bare word may begin with this byte of UTF-8.
    var startsWord: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    /// Whether a bare word may contain this byte behind its first.
    var continuesWord: Bool {
        startsWord || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || self == UInt8(ascii: "$")
    }
}
