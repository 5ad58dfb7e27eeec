import Dialects
import Hummingbird

/// Reads the parameters of a request's query. A parameter that can't be read, that is unknown, or that is given twice is an error; it
/// is never ignored.
struct QueryReader {
    /// The largest length of a path with its query, in bytes. A reason of 2,000 letters of any kind, percent-encoded, is
    /// shorter.
    static let longest = 32_768

    private let values: [String: String]

    /// Reads the query of `request`, which may have the parameters `known`.
    ///
    /// - Throws: `RuntimeError` if the path and the query are longer than any client needs, and for a name or a value that is not
    ///   percent-encoded UTF-8, and for a parameter that is unknown or is there twice.
    init(_ request: Request, knowing known: String...) throws(RuntimeError) {
        guard request.uri.string.utf8.count <= Self.longest else {
            throw RuntimeError(.badRequest, "the request's path and query are longer than \(Self.longest) bytes")
        }
        var values: [String: String] = [:]
        for item in (request.uri.query ?? "").split(separator: "&") {
            guard let (name, value) = QueryText.item(item) else {
                throw RuntimeError(
                    .badRequest, "the query's \(item.prefix(while: { $0 != "=" })) can't be decoded",
                    remedy: "percent-encode its UTF-8 bytes")
            }
            guard known.contains(name) else { throw .unknown(name, in: request.uri.path, known: known) }
            guard values.updateValue(value, forKey: name) == nil else {
                throw RuntimeError(.badRequest, "\(name) is given twice", remedy: "give it once")
            }
        }
        self.values = values
    }

    /// Returns the value of a parameter; `nil` if the query doesn't have the parameter.
    ///
    /// - Parameter longest: The length, in code points, of the longest text that could match anything; `nil` for no limit.
    /// - Throws: `RuntimeError` for a NUL, which no database of ours stores in a text, and for a text longer than `longest`.
    func text(_ name: Substring, longest: Int? = nil) throws(RuntimeError) -> String? {
        guard let text = values[String(name)] else { return nil }
        guard !text.utf8.contains(0) else { throw RuntimeError(.badRequest, "\(name) holds a NUL character") }
        if let longest, text.unicodeScalars.count > longest {
            throw RuntimeError(.badRequest, "\(name) is longer than \(longest) code points")
        }
        return text
    }

    /// Returns the case of `type` that a parameter names; `nil` if the query doesn't have the parameter.
    func word<T: RawRepresentable & CaseIterable>(
        _ name: Substring, _ type: T.Type
    ) throws(RuntimeError) -> T? where T.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let value = T(rawValue: text) else {
            let known = T.allCases.map(\.rawValue).joined(separator: ", ")
            throw RuntimeError(.badRequest, "\(name) can't be \(text)", remedy: "name one of \(known)")
        }
        return value
    }

    func moment(_ name: Substring) throws(RuntimeError) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let moment = Timestamp(given: text) else {
            throw RuntimeError(
                .badRequest, "\(name) can't be \(text)", remedy: "write a time such as 2026-11-25T09:30:00Z")
        }
        return moment
    }

    /// Returns the number that a parameter gives, which has to be within `range`; `fallback` if the query doesn't have the
    /// parameter.
    func number(_ name: Substring, _ range: ClosedRange<Int>, else fallback: Int) throws(RuntimeError) -> Int {
        guard let text = try text(name) else { return fallback }
        // Other spellings of a number, such as +1 or 01, are refused too.
        guard let number = Int(text), String(number) == text, range.contains(number) else {
            throw RuntimeError(
                .badRequest, "\(name) can't be \(text)",
                remedy: "give a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
