/// A database's structure as a value: what a history builds, a dialect spells and an inspector reads back.
public struct Schema: Sendable {
    public private(set) var tables: [Table] = []
    public private(set) var views: [View] = []

    public init() {}

    public init(tables: [Table], views: [View] = []) {
        self.tables = tables.sorted { $0.name < $1.name }
        self.views = views
    }

    public subscript(_ name: String) -> Table? { tables.first { $0.name == name } }
    public subscript(view name: String) -> View? { views.first { $0.name == name } }

    mutating func insert(_ table: Table) {
        let at = tables.firstIndex { $0.name > table.name } ?? tables.endIndex
        tables.insert(table, at: at)
    }

    mutating func removeTable(_ name: String) { tables.removeAll { $0.name == name } }

    /// Views keep the order in which they were made: a later one may read an earlier one.
    mutating func append(_ view: View) { views.append(view) }
    mutating func removeView(_ name: String) { views.removeAll { $0.name == name } }

    mutating func replaceViews(_ edit: (View) throws(SchemaError) -> View) throws(SchemaError) {
        for at in views.indices { views[at] = try edit(views[at]) }
    }

    mutating func editForeignKeys(_ edit: (inout ForeignKey) -> Void) {
        for table in tables.indices {
            for key in tables[table].foreignKeys.indices { edit(&tables[table].foreignKeys[key]) }
        }
    }
}

extension Schema: Equatable {
    /// Two schemas are equal when they hold the same, in whatever order it was written or added.
    public static func == (a: Schema, b: Schema) -> Bool {
        a.tables.map(\.normalized) == b.tables.map(\.normalized)
            && a.views.sorted { $0.name < $1.name }.map { View($0.name, as: $0.query.compared) }
                == b.views.sorted { $0.name < $1.name }.map { View($0.name, as: $0.query.compared) }
    }
}

extension Schema {
    /// The tables so ordered that each stands after those its foreign keys point to, as far as cycles allow.
    public var tablesInForeignKeyOrder: [Table] {
        var ordered: [Table] = []
        var placed: Set<String> = []
        var visiting: Set<String> = []
        func place(_ table: Table) {
            guard !placed.contains(table.name), visiting.insert(table.name).inserted else { return }
            for key in table.foreignKeys { if let parent = self[key.parent] { place(parent) } }
            placed.insert(table.name)
            ordered.append(table)
        }
        for table in tables { place(table) }
        return ordered
    }

    /// The views that read `name`, directly or through other views, in the order in which they were made.
    public func views(reading name: String) -> [View] { views(reading: [name]) }

    /// The same for any of several tables.
    func views(reading names: Set<String>) -> [View] {
        var names = names
        return views.filter { view in
            guard names.contains(where: view.query.mentions) else { return false }
            names.insert(view.name)
            return true
        }
    }
}
