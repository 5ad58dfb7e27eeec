import Dialects

/// The query of a URL (RFC 3986, section 3.4).
enum QueryText {
    /// Returns `?name=value&…` of the items that have a value; an empty text when none has.
    static func of(_ items: [(String, String?)]) -> String {
        let parts = items.compactMap { name, value in value.map { "\(name)=\(escaped($0))" } }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    /// Decodes a name and its value, in which a plus is a blank, as browsers write it (URL Standard,
    /// application/x-www-form-urlencoded); `nil` for a broken escape, and for bytes that are no UTF-8.
    static func item(_ text: Substring) -> (name: String, value: String)? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let decoded = parts.map { unescaped($0.replacing("+", with: " ")) }
        guard let name = decoded.first ?? nil, let value = decoded.count > 1 ? decoded[1] : "" else { return nil }
        return (name, value)
    }

    /// Decodes what `escaped` encodes; `nil` for a broken escape, and for bytes that are no UTF-8.
    static func unescaped(_ text: some StringProtocol) -> String? {
        PercentEncoding.decode(text).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Percent-encodes the text so that it can also stand as one segment of a path.
    static func escaped(_ text: String) -> String { PercentEncoding.encode(text) }
}
