/// The locks that PostgreSQL keeps while it reads or writes a whole table
/// (https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES,
/// https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES).
extension TableAlteration {
    var postgresqlLongLocks: [LongLock] {
        steps.flatMap(\.postgresqlLongLocks)
            + followers.map { follower in
                LongLock(
                    table: follower.before.name, waiting: .everybody,
                    meanwhile: "columns that refer to \(before.name) are rewritten in every row", isAvoidable: false)
            }
    }
}

extension ChangeStep {
    fileprivate var postgresqlLongLocks: [LongLock] {
        switch change {
        case .addIndex(let index): [lock(.writers, "index \(index.name) is built", isAvoidable: true)]
        case .addUnique(let unique): [lock(.everybody, "unique key \(unique.name ?? "") is built", isAvoidable: true)]
        case .addPrimaryKey(let key): [lock(.everybody, "primary key \(key.name ?? "") is built")]
        case .addCheck(let check):
            [lock(.everybody, "check \(check.name ?? "") is checked for every row", isAvoidable: true)]
        case .addForeignKey(let key):
            [lock(.writers, "foreign key \(key.name ?? "") is checked for every row", isAvoidable: true)]
        case .addColumn(let column, let filling):
            column.isComputedForEveryRow(filling)
                ? [lock(.everybody, "every row gets its own value in \(column.name)")] : []
        case .changeColumn(let name, let facets): locks(changing: name, facets)
        case .dropColumn, .renameColumn, .dropIndex, .dropPrimaryKey, .dropUnique, .dropCheck, .dropForeignKey,
            .renameIndex, .renameConstraint:
            []
        }
    }

    private func lock(_ waiting: LongLock.Waiting, _ meanwhile: String, isAvoidable: Bool = false) -> LongLock {
        LongLock(table: before.name, waiting: waiting, meanwhile: meanwhile, isAvoidable: isAvoidable)
    }

    private func locks(changing name: String, _ facets: [Facet]) -> [LongLock] {
        guard let was = before[column: name], let now = after[column: name] else { return [] }
        var locks: [LongLock] = []
        if now.generated != nil && now.generated != was.generated || retypes(was, now) && !was.type.widens(to: now.type)
        {
            locks.append(lock(.everybody, "\(name) is rewritten in every row"))
        }
        guard was.isNullable, !now.isNullable else { return locks }
        let isFilled = facets.contains { if case .nullable(_, .some) = $0 { true } else { false } }
        let meanwhile = isFilled ? "\(name) is filled, and checked in every row" : "\(name) is checked in every row"
        return locks + [lock(.everybody, meanwhile, isAvoidable: !isFilled && facets.count == 1)]
    }
}

extension Column {
    /// Returns whether the column's value is computed for every row. A default that has the same value for all rows is not
    /// written into existing rows.
    fileprivate func isComputedForEveryRow(_ filling: Default?) -> Bool {
        if isIdentity || generated?.storage == .stored { return true }
        switch filling ?? self.default {
        case .uuid, .expression: return true
        case .text, .integer, .real, .boolean, .json, .now, .today, nil: return false
        }
    }
}

extension ColumnType {
    /// Returns whether every stored value is also a value of the other type without a change, so that no row is rewritten.
    fileprivate func widens(to other: ColumnType) -> Bool {
        switch (self, other) {
        case (.varchar(let old), .varchar(let new)): new >= old
        case (.varchar, .text): true
        case (.decimal(let old, let scale), .decimal(let new, let newScale)): new >= old && scale == newScale
        case (.decimal, .numeric): true
        case (_, _): self == other
        }
    }
}
