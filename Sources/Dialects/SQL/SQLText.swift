/// The two spellings that both databases share: how a name and a string are quoted.
public enum SQLText {
    /// `"name"`, with `"` doubled. The only place that quotes an identifier.
    public static func identifier(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// `"a", "b"`.
    public static func identifiers(_ names: [String]) -> String { names.map(identifier).joined(separator: ", ") }

    /// `'text'`, with `'` doubled. The only place that quotes a string.
    public static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}
