import Dialects
import FoundationEssentials
import Migrator
import NIOCore
import TCSettings

/// The body of a request: a JSON object with members that are all known. A member that is misspelled would otherwise be ignored, and
/// something else be done than was asked for.
protocol RequestDocument: Decodable, Sendable {
    associatedtype CodingKeys: CodingKey, CaseIterable
}

extension RequestDocument {
    /// Reads a body.
    ///
    /// - Throws: `RuntimeError`, which names the member that is wrong and says what it has to be.
    init(body: ByteBuffer) throws {
        do {
            let read = try JSONDecoder().decode(Known<Self>.self, from: Data(body.readableBytesView))
            guard read.names.count == JSON.members(writtenIn: body.readableBytesView) else {
                throw RuntimeError(.badRequest, "a member of the body is given twice", remedy: "give each once")
            }
            self = read.document
        } catch let error as DecodingError {
            throw RuntimeError(error, members: Self.members)
        }
    }

    fileprivate static var members: [String] { CodingKeys.allCases.map(\.stringValue) }
}

/// A body without members.
struct NoMembers: RequestDocument {
    enum CodingKeys: CodingKey, CaseIterable {}
}

/// A document without any member that its type doesn't have.
private struct Known<Document: RequestDocument>: Decodable {
    let document: Document
    let names: [String]

    init(from decoder: any Decoder) throws {
        names = try decoder.container(keyedBy: MemberName.self).allKeys.map(\.stringValue)
        for name in names where !Document.members.contains(name) {
            throw RuntimeError.unknown(name, in: "the body", known: Document.members)
        }
        document = try Document(from: decoder)
    }
}

private struct MemberName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension RuntimeError {
    /// The refusal of a parameter or member that nothing reads.
    static func unknown(_ name: String, in place: String, known: [String]) -> RuntimeError {
        let name = String(name.prefix(100))
        let nearest = Suggestion.nearest(to: name, in: known).map { "did you mean \($0)?" }
        return RuntimeError(
            .badRequest, "\(place) takes no \(name)",
            remedy: nearest ?? (known.isEmpty ? "leave it out" : "it takes only \(known.joined(separator: ", "))"))
    }

    /// Says what is wrong with a body in the words of the API instead of those of the decoder, which name types of Swift.
    fileprivate init(_ error: DecodingError, members: [String]) {
        let known = members.joined(separator: ", ")
        if case .keyNotFound(let key, _) = error {
            self.init(
                .badRequest, "\(key.stringValue) is missing", remedy: "give a JSON object with it; known are \(known)")
            return
        }
        guard let (place, what) = error.objection else {
            self.init(
                .badRequest, "the body must be a JSON object",
                remedy: members.isEmpty ? "send {}, or no body" : "its members are \(known)")
            return
        }
        self.init(.badRequest, "\(place) must be \(what)", remedy: "GET /openapi.json describes each member")
    }
}

extension DecodingError {
    /// The member that can't be read, and what it has to be; `nil` if it is the whole body.
    fileprivate var objection: (place: String, what: String)? {
        var found: (type: any Any.Type, path: [any CodingKey])?
        if case .typeMismatch(let type, let context) = self { found = (type, context.codingPath) }
        if case .valueNotFound(let type, let context) = self { found = (type, context.codingPath) }
        // This is how the decoder tells of a number that has a fraction, or too many digits.
        if case .dataCorrupted(let context) = self { found = (Int.self, context.codingPath) }
        guard let (type, path) = found, let member = path.first?.stringValue else { return nil }
        return (path.count > 1 ? "each of \(member)" : member, Self.words(for: type))
    }

    private static func words(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Int.Type: "a whole number"
        case is Bool.Type: "true or false"
        default: "a list"
        }
    }
}
