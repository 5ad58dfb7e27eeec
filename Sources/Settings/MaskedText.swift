/// Text that is made safe to print where anybody may read it.
package enum MaskedText {
    /// Returns the text with `***` in place of everything that looks like a secret: a token, or a password in a URL or after
    /// its name.
    package static func of(_ text: String) -> String { SecretDetector.masked(text) }
}
