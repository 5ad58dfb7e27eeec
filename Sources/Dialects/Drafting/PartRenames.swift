// Keys, checks and indexes that differ in nothing but their names: they stay, and get the names of now.

extension TablePair {
    /// What is to be called otherwise, in the order in which it is done.
    struct PartRename {
        let old: String
        let change: Change
        /// Whether the name is one of those that tables, views, indexes and keys share.
        let isRelation: Bool
    }

    /// Gives the parts that stay under another name that name, and remembers the changes. A name that something of `before` holds is
    /// not waited for: such a part is made again, in an order that is known to be possible.
    mutating func renameParts(beside before: Schema) {
        let (was, now) = (renamed.normalized, new.normalized)
        let constraints = Set(renamed.constraintNames.map(SQLName.folded))
        func isRelationFree(_ name: String) -> Bool { !before.isTaken(name) }
        func isConstraintFree(_ name: String) -> Bool { !constraints.contains(SQLName.folded(name)) }
        func isKeyFree(_ name: String) -> Bool { isRelationFree(name) && isConstraintFree(name) }

        let keys = was.partNames(\.primaryKeys, in: now, isKeyFree) { stands($0.columns) }
        let uniques = was.partNames(\.uniques, in: now, isKeyFree) { stands($0.columns) }
        let checks = was.partNames(\.checks, in: now, isConstraintFree, stands)
        let indexes = was.partNames(\.indexes, in: now, isRelationFree, stands)
        renamed.rename(\.primaryKeys, keys)
        renamed.rename(\.uniques, uniques)
        renamed.rename(\.checks, checks)
        renamed.rename(\.indexes, indexes)
        partRenames =
            (keys + uniques).map { .init(old: $0, change: .renameConstraint($0, to: $1), isRelation: true) }
            + checks.map { .init(old: $0, change: .renameConstraint($0, to: $1), isRelation: false) }
            + indexes.map { .init(old: $0, change: .renameIndex($0, to: $1), isRelation: true) }
        // Whether a foreign key stays is not for one table to say.
        foreignKeyNames = Dictionary(
            uniqueKeysWithValues: was.partNames(\.foreignKeys, in: now, isConstraintFree) { _ in true })
    }
}

/// A key, check or index, and its name.
private protocol NamedPart: Hashable {
    var partName: String? { get set }
}

/// A part whose name may be left to the database.
private protocol OptionallyNamedPart: NamedPart {
    var name: String? { get set }
}

extension OptionallyNamedPart {
    fileprivate var partName: String? {
        get { name }
        set { name = newValue }
    }
}

extension PrimaryKey: OptionallyNamedPart {}
extension Unique: OptionallyNamedPart {}
extension Check: OptionallyNamedPart {}
extension ForeignKey: OptionallyNamedPart {}

extension Index: NamedPart {
    fileprivate var partName: String? {
        get { name }
        set { name = newValue ?? "" }
    }
}

extension NamedPart {
    fileprivate func called(_ name: String?) -> Self {
        var part = self
        part.partName = name
        return part
    }
}

extension Table {
    fileprivate var primaryKeys: [PrimaryKey] {
        get { [primaryKey].compactMap { $0 } }
        set { primaryKey = newValue.first }
    }

    fileprivate var constraintNames: [String] {
        ([primaryKey?.name] + uniques.map(\.name) + checks.map(\.name) + foreignKeys.map(\.name)).compactMap { $0 }
    }

    /// The old and new names of the parts that `now` has under a free name only; each is taken once.
    fileprivate func partNames<Part: NamedPart>(
        _ parts: KeyPath<Table, [Part]>, in now: Table, _ isFree: (String) -> Bool, _ stands: (Part) -> Bool
    ) -> [(String, String)] {
        let staying = Set(self[keyPath: parts]).intersection(now[keyPath: parts])
        var coming = now[keyPath: parts].filter { !staying.contains($0) }
        return self[keyPath: parts].filter { !staying.contains($0) && stands($0) }.compactMap { part in
            guard let old = part.partName,
                let at = coming.firstIndex(where: { $0.called(old) == part }), let new = coming[at].partName,
                isFree(new) || SQLName.equal(old, new)
            else { return nil }
            coming.remove(at: at)
            return (old, new)
        }
    }

    fileprivate mutating func rename<Part: NamedPart>(
        _ parts: WritableKeyPath<Table, [Part]>, _ names: [(String, String)]
    ) {
        let names = Dictionary(uniqueKeysWithValues: names)
        for at in self[keyPath: parts].indices {
            guard let old = self[keyPath: parts][at].partName, let new = names[old] else { continue }
            self[keyPath: parts][at].partName = new
        }
    }
}
