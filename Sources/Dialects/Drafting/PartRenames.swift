// Keys, checks and indexes that differ only in their names stay in place and get their new names.

extension TablePair {
    /// The rename of one part. Renames are done in the order in which they are listed.
    struct PartRename {
        let old: String
        let change: Change
        /// Whether the name belongs to the namespace that tables, views, indexes and keys share.
        let isRelation: Bool
    }

    /// Gives each part that stays under another name that name, and records the changes. If an object of `before` still holds
    /// the new name, the part is not renamed but created again, because the order of that is known to be possible.
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
        // One table alone can't decide whether a foreign key stays.
        foreignKeyNames = Dictionary(
            uniqueKeysWithValues: was.partNames(\.foreignKeys, in: now, isConstraintFree) { _ in true })
    }
}

/// A key, check or index, and its name.
private protocol NamedPart: Hashable {
    var partName: String? { get set }
}

/// A part that may leave the choice of its name to the database.
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

    /// The names of the table's keys, checks and foreign keys.
    var constraintNames: [String] {
        ([primaryKey?.name] + uniques.map(\.name) + checks.map(\.name) + foreignKeys.map(\.name)).compactMap { $0 }
    }

    /// Returns the old and new names of the parts that exist in `now` only under a free name. Each part is matched once.
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
