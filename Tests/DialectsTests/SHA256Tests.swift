import Dialects
import Testing

@Suite("Documents that say what they are")
struct SHA256Tests {
    /// The arguments are from NIST's examples for FIPS 180-4. Their lengths are near those at which another block begins.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        (String(repeating: "a", count: 1_000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
    ])
    func known(_ text: String, _ digest: String) {
        #expect(SHA256.hexadecimal(of: text.utf8) == digest)
    }

    @Test("equal documents are equal bytes, whatever the order of their members")
    func canonical() {
        let document = JSON.object([
            ("b", .array([.null, .boolean(true), .integer(-1)])), ("a", .string("ü\u{1}\u{8}\u{C}\"\\\n")),
            ("B", .object([])),
        ])
        #expect(document.canonical() == #"{"B":{},"a":"ü\u0001\b\f\"\\\n","b":[null,true,-1]}"#)
    }
}
