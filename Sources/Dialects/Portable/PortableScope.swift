/// The relations that a query or a table's expression can name.
struct PortableScope: Sendable {
    struct Relation: Sendable {
        /// The name that can qualify the relation's columns.
        var name: String
        /// The relation's columns; `nil` for a view in one database's own words, whose columns are unknown.
        var columns: [NamedColumn]?
        /// The table, if the relation is one.
        var table: Table?
        /// Whether an outer join may put NULL in place of the relation's columns.
        var isOptional = false
        /// Whether the query itself defines the relation, in WITH or as a subquery of FROM. A `*` then stands for columns that
        /// a change of a table or view does not add to unnoticed.
        var isFixed = false
    }

    struct NamedColumn: Sendable {
        var name: String
        var sense: PortableSense
    }

    var relations: [Relation] = []
    /// The names of the columns that USING has merged.
    var merged: Set<String> = []
}

/// A column to which a name was resolved: the scope's index, counted from the outermost, the index of the relation in it, and
/// the column's name.
struct PortableColumn: Hashable, Sendable {
    var scope: Int
    var relation: Int
    var column: String
}

extension SQLToken {
    /// Returns whether the token can mean an object of this name. Quoted names are compared byte by byte, bare names without
    /// regard to the case of ASCII letters.
    func means(_ name: String) -> Bool {
        guard let own = self.name else { return false }
        if own.utf8.elementsEqual(name.utf8) { return true }
        return SQLName.folded(own).utf8.elementsEqual(SQLName.folded(name).utf8)
    }
}

/// Determines the columns of views. Each view is read only once.
final class PortableViews {
    private var schema: Schema
    private var known: [String: [PortableScope.NamedColumn]?] = [:]

    init(_ schema: Schema) { self.schema = schema }

    /// Adds a view, so that the views after it may read it.
    func append(_ view: View) { schema.append(view) }

    /// Returns a table or a view as a query reads it; `nil` if no such relation exists.
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

    /// Returns the columns of a view; `nil` if the view is in one database's own words, or if its query can't be read. A query
    /// that reads such a view takes the names of its columns unchecked. A view whose query can't be read is refused where it is
    /// created.
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
