import Dialects
import Migrator

/// Finds a table that is named as the source or as the target spells it. The two may differ in case, or because a transfer made one name from
/// the other.
struct TableSpellings {
    private let source: [String]
    private let target: [String]
    /// The target's name of each table of the source that has a place there.
    private let places: [String: String]
    /// The source's names by the target's.
    private let origins: [String: String]

    init(_ source: Schema, _ target: Schema, from: any TransferTarget, to: any TransferTarget) {
        self.source = source.tables.map(\.name)
        self.target = target.tables.map(\.name)
        places = SchemaMatch.places(of: self.source, among: self.source, in: self.target, (from: from, to: to))
        origins = Dictionary(places.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the target's name of the table; `nil` if there is no such table.
    func ofTarget(_ name: String) -> String? { Self.find(name, in: target, or: places) }

    /// Returns the source's name of the table; `nil` if there is no such table.
    func ofSource(_ name: String) -> String? { Self.find(name, in: source, or: origins) }

    /// Returns the name of a table of both databases that is most like a mistyped one; `nil` if none is.
    func nearest(to name: String) -> String? { Suggestion.nearest(to: name, in: places.values.sorted()) }

    /// A name as it is written goes before one that differs from it in case, and a database's own names before the other's.
    private static func find(_ name: String, in own: [String], or others: [String: String]) -> String? {
        if own.contains(name) { return name }
        if let found = others[name] { return found }
        if let found = SchemaMatch.fellows(of: [name], in: own)[name] { return found }
        return SchemaMatch.fellows(of: [name], in: Array(others.keys))[name].flatMap { others[$0] }
    }
}
