import FoundationEssentials

/// A document: its bytes as they arrived, and its decoded value.
package struct Reply<T: Decodable>: Sendable where T: Sendable {
    package let text: String
    package let value: T

    init(_ bytes: [UInt8]) throws {
        text = String(decoding: bytes, as: UTF8.self)
        do {
            value = try JSONDecoder().decode(T.self, from: Data(bytes))
        } catch {
            throw RuntimeError(
                .brokenAnswer, "the daemon's answer can't be read",
                remedy: "daemon and client should have the same version"
            )
        }
    }
}
