#if canImport(CryptoKit)
    import CryptoKit
#else
    import TCCrypto
#endif

/// SHA-256 by the system's own library, OpenSSL's libcrypto or Apple's CryptoKit: for documents and chains of rows that prove
/// themselves, and to keep a random token's hash instead of the token. Nothing guessable, such as a password, may rely on it: it is
/// fast.
package enum SHA256 {
    /// 64 hexadecimal digits.
    ///
    /// Ends the process where there is no libcrypto, which ``load()`` finds out before.
    package static func hexadecimal(of message: some Sequence<UInt8>) -> String {
        text(digest(of: Array(message)))
    }

    private static func text(_ digest: some Sequence<UInt8>) -> String {
        digest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        .joined()
    }

    /// The digest of what comes in pieces: a file that is larger than the memory.
    package struct Stream: ~Copyable {
        #if canImport(CryptoKit)
            private var hasher = CryptoKit.SHA256()

            package init() {}
            package mutating func add(_ bytes: UnsafeRawBufferPointer) { hasher.update(bufferPointer: bytes) }
            package consuming func hexadecimal() -> String { SHA256.text(hasher.finalize()) }
        #else
            private let state: UnsafeMutableRawPointer?

            package init() { state = ccrypto_sha256_begin() }
            package mutating func add(_ bytes: UnsafeRawBufferPointer) {
                ccrypto_sha256_add(state, bytes.baseAddress, bytes.count)
            }

            /// 64 hexadecimal digits. To be asked for once, of every one.
            package consuming func hexadecimal() -> String {
                var digest = [UInt8](repeating: 0, count: 32)
                ccrypto_sha256_end(state, &digest)
                return SHA256.text(digest)
            }
        #endif
    }

    #if canImport(CryptoKit)
        package static func load() throws(DatabaseError) {}

        private static func digest(of message: [UInt8]) -> [UInt8] { Array(CryptoKit.SHA256.hash(data: message)) }
    #else
        /// Loads libcrypto. Throws `DatabaseError` where it is not installed, so that a program that needs digests says so at its start.
        package static func load() throws(DatabaseError) {
            guard let reason = ccrypto_load() else { return }
            throw DatabaseError(
                .other, "OpenSSL's libcrypto, which computes SHA-256, can't be loaded: \(String(cString: reason))",
                remedy: "install it (libssl3 on Debian; libpq5 brings it)")
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
