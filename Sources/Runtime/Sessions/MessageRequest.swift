/// The input that is typed into a session: a text, followed by Enter unless `enter` is false; or keys by name. Never both, because
/// nothing says which of them is typed first.
package struct MessageRequest: Codable, Sendable, RequestDocument {
    package var text: String?
    package var enter: Bool?
    package var keys: [String]?

    package init(text: String, enter: Bool) {
        self.text = text
        self.enter = enter
    }

    package init(keys: [String]) { self.keys = keys }

    enum CodingKeys: CodingKey, CaseIterable { case text, enter, keys }

    init(text: String?, enter: Bool?, keys: [String]?) {
        (self.text, self.enter, self.keys) = (text, enter, keys)
    }

    /// The largest number of bytes in a message, without the Enter that follows a text. As an order it is a line of twice as
    /// many digits, and a host drops a daemon whose line is longer than it reads.
    package static let longest = 65_536

    /// Returns the bytes that a terminal would send.
    ///
    /// - Throws: `RuntimeError` for a text together with keys, for neither, for more than `longest` bytes, and for an unknown name
    /// of a key.
    func bytes() throws(RuntimeError) -> [UInt8] {
        switch (text, keys) {
        case (.some, .some):
            throw RuntimeError(
                .badRequest, "give a text or keys, not both", remedy: "send the keys in a second message")
        case (let text?, nil): return try typed(text)
        case (nil, let keys?) where !keys.isEmpty: return try pressed(keys)
        case (nil, _): throw RuntimeError(.badRequest, "a message needs a text or keys")
        }
    }

    private func typed(_ text: String) throws(RuntimeError) -> [UInt8] {
        guard text.utf8.count <= Self.longest else { throw Self.tooLong }
        return Array(text.utf8) + (enter == false ? [] : [13])
    }

    private func pressed(_ keys: [String]) throws(RuntimeError) -> [UInt8] {
        var bytes: [UInt8] = []
        for name in keys {
            bytes += try TerminalKey.bytes(name)
            guard bytes.count <= Self.longest else { throw Self.tooLong }
        }
        return bytes
    }

    package static var tooLong: RuntimeError {
        RuntimeError(
            .badRequest, "a message may have at most 64 KiB", remedy: "send the rest in a second message")
    }
}

/// The keys by their names in tmux (tmux(1), KEY BINDINGS), with the bytes that a terminal sends for each.
enum TerminalKey {
    private static let named: [String: [UInt8]] = [
        "Enter": [13], "Tab": [9], "Escape": [27], "Space": [32], "BSpace": [127], "Up": Array("\u{1B}[A".utf8),
        "Down": Array("\u{1B}[B".utf8), "Right": Array("\u{1B}[C".utf8), "Left": Array("\u{1B}[D".utf8),
        "Home": Array("\u{1B}[H".utf8), "End": Array("\u{1B}[F".utf8), "PageUp": Array("\u{1B}[5~".utf8),
        "PageDown": Array("\u{1B}[6~".utf8), "DC": Array("\u{1B}[3~".utf8), "BTab": Array("\u{1B}[Z".utf8),
    ]

    /// All names: those of the named keys, and C-a to C-z.
    static var names: [String] {
        named.keys.sorted() + (UInt8(ascii: "a")...UInt8(ascii: "z")).map { "C-\(UnicodeScalar($0))" }
    }

    static func bytes(_ name: String) throws(RuntimeError) -> [UInt8] {
        if let bytes = named[name] { return bytes }
        let letters = Array(name.utf8)
        // C-a to C-z are 1 to 26 (ASCII).
        if letters.count == 3, name.hasPrefix("C-"), (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letters[2]) {
            return [letters[2] - UInt8(ascii: "a") + 1]
        }
        throw RuntimeError(
            .badRequest, "\(name) is not a key",
            remedy: "use C-a to C-z or one of \(named.keys.sorted().joined(separator: ", "))")
    }
}
