/// What a program says where anybody may read it.
public enum MaskedText {
    /// The text with `***` in the place of what is a secret by its look: a token, a password in a URL or behind its name.
    public static func of(_ text: String) -> String { SecretDetector.masked(text) }
}
