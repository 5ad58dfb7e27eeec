/// The words of JSON Schema (draft 2020-12) of which documents are described. A type that describes documents conforms to this, so that
/// it can use them without a prefix.
package protocol JSONSchemaWords {}

extension JSONSchemaWords {
    package static var text: JSON { .object([("type", "string")]) }
    package static var textOrNull: JSON { .object([("type", .array(["string", "null"]))]) }
    package static var number: JSON { .object([("type", "integer")]) }
    package static var numberOrNull: JSON { .object([("type", .array(["integer", "null"]))]) }
    package static var flag: JSON { .object([("type", "boolean")]) }
    /// The member that says the version of a document's form.
    package static var version: (key: String, value: JSON) { ("version", .object([("const", .integer(1))])) }

    package static func words(_ words: [String]) -> JSON {
        .object([("type", "string"), ("enum", .array(words.map { .string($0) }))])
    }

    package static func list(of items: JSON) -> JSON { .object([("type", "array"), ("items", items)]) }

    /// Returns the schema of an object with these members. All members except the optional ones are always present, and exactly
    /// one of `choices`.
    package static func shape(
        _ members: [(key: String, value: JSON)], optional: Set<String> = [], oneOf choices: [String] = []
    ) -> JSON {
        func require(_ names: [String]) -> (key: String, value: JSON) {
            ("required", .array(names.map { .string($0) }))
        }
        let always = members.map(\.key).filter { !optional.contains($0) && !choices.contains($0) }
        let choice = ("oneOf", JSON.array(choices.map { .object([require([$0])]) }))
        return .object(
            [("type", "object"), ("properties", .object(members)), require(always)] + (choices.isEmpty ? [] : [choice]))
    }
}
