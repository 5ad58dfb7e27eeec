import TestSupport
import Testing

@testable import Dialects

@Suite("JSON as jsonb takes it")
struct JSONDigestTests {
    private func digest(_ text: String) -> Digest? { Array(text.utf8).withUnsafeBytes { JSONDigest.of($0) } }

    @Test(
        "what jsonb refuses has no digest",
        arguments: [
            "", " ", "nul", "NaN", "Infinity", "01", "1.", ".5", "+1", "-", "1e", "0x1", "[1,]", "[", "]", "{\"a\"}",
            "{a:1}",
            "{\"a\":1,}", "\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\x\"",
            "\"\\u12\"",
            "\"\u{1}\"", "1 2", "\u{FEFF}1", "1e131072", "1e-16384", "0e-16384", "{\"\\u0000\": 1}", "'a'", "[1 2]",
        ])
    func refused(_ text: String) { #expect(digest(text) == nil) }

    @Test("bytes that are no UTF-8 have no digest")
    func notUTF8() {
        let bytes: [UInt8] = [0x22, 0xED, 0xA0, 0x80, 0x22]
        #expect(bytes.withUnsafeBytes { JSONDigest.of($0) } == nil)
    }

    @Test("a deep text needs no deep stack, and a bottomless one is refused")
    func depth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(digest(nested(5_000)) != nil)
        #expect(digest(nested(5_001)) == nil)
    }

    /// The texts are random and mostly almost valid. PostgreSQL accepts the same ones, and the texts that it returns have the same digest.
    @Test(
        "agrees with the server about random texts",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func server() throws {
        var random = RandomJSON(seed: 3)
        let texts = (0..<1_500).map { _ in random.text() }
        let connection = try connect(to: TestPostgreSQL.requireURL())
        defer { connection.close() }
        try connection.executeScript(
            """
            CREATE FUNCTION pg_temp.read_json(t text) RETURNS text LANGUAGE plpgsql AS
            $$ BEGIN RETURN t::jsonb::text; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$
            """)
        var taken = 0
        for text in texts {
            let read = try connection.queryValue("SELECT pg_temp.read_json(\(text))")?.text
            #expect((digest(text) == nil) == (read == nil), "\(text)")
            guard let read else { continue }
            taken += 1
            #expect(digest(text) == digest(read), "\(text) is read as \(read)")
        }
        #expect(taken > 300 && taken < 1_200)
    }
}

/// Makes JSON texts with the details in which parsers differ, and makes some of them invalid.
private struct RandomJSON {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func text() -> String {
        let text = value(depth: 0)
        guard pick(3) == 0, !text.isEmpty else { return text }
        var scalars = Array(text.unicodeScalars)
        let at = pick(scalars.count)
        switch pick(3) {
        case 0: scalars.remove(at: at)
        case 1: scalars.insert(any(["\"", "\\", ",", "}", "0", "-", "e", "{", "u"]), at: at)
        default: scalars[at] = any(["\"", "\\", ",", "]", "1", ".", " ", "d"])
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private mutating func value(depth: Int) -> String {
        switch pick(depth > 3 ? 4 : 6) {
        case 0: return any(["null", "true", "false"])
        case 1, 2: return number()
        case 3: return string()
        case 4: return list("[", "]") { $0.value(depth: depth + 1) }
        default: return list("{", "}") { $0.string() + $0.blank() + ":" + $0.value(depth: depth + 1) }
        }
    }

    private mutating func list(_ open: String, _ close: String, _ item: (inout RandomJSON) -> String) -> String {
        var items: [String] = []
        for _ in 0..<pick(5) { items.append(blank() + item(&self) + blank()) }
        return open + items.joined(separator: ",") + close
    }

    private mutating func number() -> String {
        any([
            "0", "-0", "1", "-1.50", "1.5", "15e-1", "0.15E+1", "123456789012345678901234567890", "1e300", "-0.0",
            "1E400",
            "0.000000001", "100", "1e2", "1e131071", "1e131072", "1e-16383", "1e-16384", "00", "1.0e0",
        ])
    }

    private mutating func string() -> String {
        var text = "\""
        for _ in 0..<pick(6) {
            text += any([
                "a", "b", "ä", "😀", "\\n", "\\u0061", "\\u00e4", "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\u0000",
                "\\/",
                "\\\"", "12345678", "\u{7F}", "\\b", "a", "b", "b", "a",
            ])
        }
        return text + "\""
    }

    private mutating func blank() -> String { any(["", "", "", " ", "\n\t", "\r "]) }
    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<max(count, 1), using: &generator) }
    private mutating func any<T>(_ items: [T]) -> T { items[pick(items.count)] }
}
