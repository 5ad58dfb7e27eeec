/// Finds the tables and keys of a TOML text with their lines, so that one table can be changed without touching another byte.
struct TOMLScanner {
    /// A table's header, or a key with its value.
    struct Statement {
        enum Kind { case table, itemOfArray, pair }

        var kind: Kind
        /// The parts of the name. A quoted part has no quotes, and keeps its escapes as they are written.
        var name: [String]
        /// A pair's value as it is written, without a comment behind it.
        var value = ""
        /// The lines, counted from 0. A string or an array may span several.
        var lines: ClosedRange<Int>
    }

    private let bytes: [UInt8]
    private var at = 0
    private var line = 0
    /// The line where the present statement begins.
    private var first = 0

    private init(_ text: String) {
        bytes = Array(text.utf8)
        // Some editors write a byte order mark.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    /// Returns all statements in their order.
    /// - Throws: `SettingsObjection` if a line can't be read. A text that is misread would be edited in the wrong place.
    static func statements(of text: String) throws(SettingsObjection) -> [Statement] {
        var scanner = TOMLScanner(text)
        var statements: [Statement] = []
        while let statement = try scanner.next() { statements.append(statement) }
        return statements
    }

    private mutating func next() throws(SettingsObjection) -> Statement? {
        repeat { skipBlanks() } while takeLineEnd()
        guard at < bytes.count else { return nil }
        first = line
        if peek("[") { return try header() }
        let name = try name()
        guard take("=") else { throw unreadable }
        let value = try value()
        return Statement(kind: .pair, name: name, value: value, lines: first...line)
    }

    private mutating func header() throws(SettingsObjection) -> Statement {
        at += 1
        let isArray = take("[")
        let name = try name()
        guard take("]"), !isArray || take("]") else { throw unreadable }
        skipBlanks()
        guard at == bytes.count || peek("\n") || peek("\r\n") else { throw unreadable }
        return Statement(kind: isArray ? .itemOfArray : .table, name: name, lines: first...line)
    }

    private mutating func name() throws(SettingsObjection) -> [String] {
        var parts: [String] = []
        repeat {
            skipSpace()
            parts.append(try part())
            skipSpace()
        } while take(".")
        return parts
    }

    private mutating func part() throws(SettingsObjection) -> String {
        let start = at
        if peek("\"") || peek("'") {
            try skipString(mayBeLong: false)
            return String(decoding: bytes[(start + 1)..<(at - 1)], as: UTF8.self)
        }
        while at < bytes.count, isBare(bytes[at]) { at += 1 }
        guard at > start else { throw unreadable }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Skips a value up to the end of its last line, and returns it.
    private mutating func value() throws(SettingsObjection) -> String {
        skipSpace()
        let start = at
        var (end, depth) = (at, 0)
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\n") where depth == 0: return String(decoding: bytes[start..<end], as: UTF8.self)
            case UInt8(ascii: "\n"):
                (at, line) = (at + 1, line + 1)
                continue
            case 0x20, 0x09, UInt8(ascii: "\r"):
                at += 1
                continue
            case UInt8(ascii: "#"):
                skipBlanks()
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "'"): try skipString(mayBeLong: true)
            case UInt8(ascii: "["), UInt8(ascii: "{"): (at, depth) = (at + 1, depth + 1)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): (at, depth) = (at + 1, depth - 1)
            default: at += 1
            }
            end = at
        }
        guard depth == 0 else { throw unreadable }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Skips a string in quotes of either kind; three of them open one of several lines.
    private mutating func skipString(mayBeLong: Bool) throws(SettingsObjection) {
        let quote = bytes[at]
        let isLong = mayBeLong && quotes(quote) >= 3
        at += isLong ? 3 : 1
        while at < bytes.count {
            switch bytes[at] {
            // Two more quotes may stand before the three that end it.
            case quote where isLong && quotes(quote) < 3: at += 1
            case quote:
                at += isLong ? min(quotes(quote), 5) : 1
                return
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                at += 1
                if at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
            case UInt8(ascii: "\n"):
                guard isLong else { throw unreadable }
                _ = takeLineEnd()
            default: at += 1
            }
        }
        throw unreadable
    }

    /// Returns how many of these quotes stand here.
    private func quotes(_ quote: UInt8) -> Int { bytes[at...].prefix { $0 == quote }.count }

    private mutating func skipSpace() {
        while peek(" ") || peek("\t") { at += 1 }
    }

    /// Skips blanks and a comment up to the line's end.
    private mutating func skipBlanks() {
        skipSpace()
        guard peek("#") else { return }
        while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
    }

    private mutating func takeLineEnd() -> Bool {
        guard take("\n") || take("\r\n") else { return false }
        line += 1
        return true
    }

    private func peek(_ text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

    private mutating func take(_ text: String) -> Bool {
        guard peek(text) else { return false }
        at += text.utf8.count
        return true
    }

    private var unreadable: SettingsObjection {
        SettingsObjection(
            message: "line \(first + 1) is not TOML", remedy: "correct it, or \(SettingsObjection.byHand)")
    }
}
