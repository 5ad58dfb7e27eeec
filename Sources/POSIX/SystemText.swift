/// Text that the system holds as bytes: an argument, a variable's value, a path. It need not be UTF-8, and a `String` made of it then names
/// something else, because Swift replaces what it can't read.
package enum SystemText {
    /// Returns the text as it is; `nil` if it is not UTF-8.
    package static func exact(_ bytes: UnsafePointer<CChar>) -> String? { String(validatingCString: bytes) }

    /// Returns the text for a message: each byte that is no printable ASCII is `\xHH`. A long text is cut.
    package static func escaped(_ bytes: UnsafePointer<CChar>) -> String {
        var (text, at) = ("", 0)
        while bytes[at] != 0, at < longestShown {
            let byte = UInt8(bitPattern: bytes[at])
            if (0x20...0x7E).contains(byte) {
                text.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                text += (byte < 0x10 ? "\\x0" : "\\x") + String(byte, radix: 16)
            }
            at += 1
        }
        return bytes[at] == 0 ? text : text + "…"
    }

    /// The greatest length of a path in bytes (`PATH_MAX` of Linux).
    private static let longestShown = 4_096
}
