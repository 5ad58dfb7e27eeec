#if canImport(CryptoKit)
    import CryptoKit
#else
    import TCCrypto
#endif

/// SHA-256 by the system's own library: OpenSSL's libcrypto or Apple's CryptoKit. It serves for documents and chains of rows that
/// prove themselves, and for keeping the hash of a random token instead of the token. Never use it for guessable values such as
/// passwords, because it is fast.
package enum SHA256 {
    /// Returns the digest of a message as 64 hexadecimal digits.
    ///
    /// Ends the process if there is no libcrypto. Call ``load()`` first to find that out.
    package static func hexadecimal(of message: some Sequence<UInt8>) -> String {
        Hexadecimal.text(digest(of: Array(message)))
    }

    /// The digest of a message that comes in pieces, such as a file that is larger than the memory.
    package struct Stream: ~Copyable {
        #if canImport(CryptoKit)
            private var hasher = CryptoKit.SHA256()

            package init() {}
            package mutating func add(_ bytes: UnsafeRawBufferPointer) { hasher.update(bufferPointer: bytes) }
            package consuming func hexadecimal() -> String { Hexadecimal.text(hasher.finalize()) }
        #else
            private let state: UnsafeMutableRawPointer?

            package init() { state = ccrypto_sha256_begin() }
            package mutating func add(_ bytes: UnsafeRawBufferPointer) {
                ccrypto_sha256_add(state, bytes.baseAddress, bytes.count)
            }

            /// Returns the digest as 64 hexadecimal digits. Every stream must be asked for it exactly once.
            package consuming func hexadecimal() -> String {
                var digest = [UInt8](repeating: 0, count: 32)
                ccrypto_sha256_end(state, &digest)
                return Hexadecimal.text(digest)
            }
        #endif
    }

    #if canImport(CryptoKit)
        package static func load() throws(DatabaseError) {}

        private static func digest(of message: [UInt8]) -> [UInt8] { Array(CryptoKit.SHA256.hash(data: message)) }
    #else
        /// Loads libcrypto. Throws `DatabaseError` if it is not installed, so that a program that needs digests says so at its
        /// start.
        package static func load() throws(DatabaseError) {
            guard let reason = ccrypto_load() else { return }
            throw DatabaseError(
                .other, "OpenSSL's libcrypto, which computes SHA-256, can't be loaded: \(String(cString: reason))",
                remedy: "install it (libssl3 on Debian; libpq5 depends on it)")
        }

        private static func digest(of message: [UInt8]) -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
                message.withUnsafeBufferPointer { bytes in
                    ccrypto_sha256(bytes.baseAddress, bytes.count, digest.baseAddress)
                }
                count = 32
            }
        }
    #endif
}
