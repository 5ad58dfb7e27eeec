/// What a query or a table's expression can name.
struct PortableScope: Sendable {
    struct Relation: Sendable {
        /// What its columns can be qualified with.
        var name: String
        /// `nil` for a view in one database's own words: nobody knows its columns.
        var columns: [NamedColumn]?
        /// The table itself, where it is one.
        var table: Table?
        /// An outer join may put NULL in its place.
        var isOptional = false
        /// Its columns are written in the query that is read, and not elsewhere.
        var isFixed = false
    }

    struct NamedColumn: Sendable {
        var name: String
        var sense: PortableSense
    }

    var relations: [Relation] = []
    /// Columns that USING has made one.
    var merged: Set<String> = []
}

/// A column that a name was found to mean: so many scopes from the outside, that relation of it, that column of it.
struct PortableColumn: Hashable, Sendable {
    var scope: Int
    var relation: Int
    var column: String
}

extension SQLToken {
    /// Whether the token can mean a thing of this name: byte by byte in quotes, and else without regard to the case of ASCII letters.
    func means(_ name: String) -> Bool {
        guard let own = self.name else { return false }
        if own.utf8.elementsEqual(name.utf8) { return true }
        return SQLName.folded(own).utf8.elementsEqual(SQLName.folded(name).utf8)
    }
}

/// Finds what a view's columns are; each view is read once.
final class PortableViews {
    private let schema: Schema
    private var known: [String: [PortableScope.NamedColumn]?] = [:]

    init(_ schema: Schema) { self.schema = schema }

    /// A table or a view as a query reads it; `nil` if there is none of that name.
    func relation(_ token: SQLToken) -> PortableScope.Relation? {
        if let table = find(token, { schema.tables(like: $0) }, \.name) {
            let columns = table.columns.map { PortableScope.NamedColumn(name: $0.name, sense: PortableSense($0)) }
            return .init(name: table.name, columns: columns, table: table)
        }
        guard let view = find(token, { schema.views(like: $0) }, \.name) else { return nil }
        return .init(name: view.name, columns: columns(of: view))
    }

    private func find<T>(_ token: SQLToken, _ like: (String) -> [T], _ name: KeyPath<T, String>) -> T? {
        let things = token.name.map(like) ?? []
        return things.first { token.name?.utf8.elementsEqual($0[keyPath: name].utf8) ?? false }
            ?? things.first { token.means($0[keyPath: name]) }
    }

    /// A view that can't be read is refused where it is made, and only its readers' names are taken as they are.
    private func columns(of view: View) -> [PortableScope.NamedColumn]? {
        if let found = known[view.name] { return found }
        known[view.name] = .some(nil)
        guard case .sql(let text) = view.query, let query = try? PortableParser.query(text) else { return nil }
        var reader = PortableReader(text, query.tokens, views: self)
        let columns = try? reader.columns(ofView: query.tree)
        known[view.name] = .some(columns)
        return columns
    }
}
