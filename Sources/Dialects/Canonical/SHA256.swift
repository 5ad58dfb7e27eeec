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
        digest(of: Array(message)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        .joined()
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
