import Dialects

/// A column of the source, by name.
struct ColumnID: Hashable {
    var table: String
    var column: String
}

/// The types of all columns together. They are chosen together because the two sides of a foreign key must have the same type.
struct ColumnTypes {
    private(set) var choices: [ColumnID: TypeChoice] = [:]
    /// The text columns that ignore case, each with the policy for that.
    private(set) var nocase: [ColumnID: NocasePolicy] = [:]
    /// The types by which the source's expressions compute, where they are others (`EnforcedType.meaning`).
    private var meanings: [ColumnID: ColumnType] = [:]

    /// Chooses the types. `counting` gives the column that the database numbers, by table. `numbers` are the columns that expressions ask
    /// for numbers, where nothing else tells their types.
    init(
        _ tables: [ProfiledTable], counting: [String: String], numbers: Set<GuessedColumn>,
        from source: any TransferSource
    ) {
        var profiles: [ColumnID: ColumnProfile] = [:]
        let empty = EmptyColumns(tables)
        for table in tables {
            for held in table.held {
                let id = ColumnID(table: table.table.name, column: held.column)
                choices[id] = held.choice
                if held.choice.type == held.type.type { meanings[id] = held.type.meaning }
                if held.type.isCaseless { nocase[id] = .text }
            }
            for (at, column) in table.table.columns.enumerated() {
                let id = ColumnID(table: table.table.name, column: column.name)
                if column.collation == .nocase, at < table.columnRules.count {
                    nocase[id] = table.columnRules[at].nocase
                }
                if at < table.profiles.count {
                    profiles[id] = table.profiles[at]
                    let isOfNumbers = numbers.contains(GuessedColumn(table: id.table, column: id.column))
                    choices[id] = Self.choice(of: column, at, in: table, empty, isOfNumbers: isOfNumbers, from: source)
                } else if at < table.columnRules.count, let type = table.columnRules[at].type {
                    choices[id] = TypeChoice(type, isGiven: true)
                    meanings[id] = nil
                }
            }
        }
        let counting = Set(counting.map { ColumnID(table: $0.key, column: $0.value) })
        var parents: Set<ColumnID> = []
        for key in tables.flatMap(\.table.foreignKeys) {
            for column in key.parentColumns { parents.insert(ColumnID(table: key.parent, column: column)) }
        }
        for group in Self.groups(tables) {
            unify(group, profiles, counting)
            compareAlike(group, parents)
        }
        nocase = nocase.filter { choices[$0.key]?.type.isText == true }
    }

    /// Chooses a column's type by its values, or by its declared word, its checks and its default if it has none.
    private static func choice(
        of column: Column, _ at: Int, in table: ProfiledTable, _ empty: EmptyColumns, isOfNumbers: Bool,
        from source: any TransferSource
    ) -> TypeChoice {
        let profile = table.profiles[at]
        var choice = TypeChoice.choose(profile, table.columnRules[at])
        guard profile.values == 0, !choice.isGiven else { return choice }
        choice = column.type.isUndeclared ? .guess(isOfNumbers: isOfNumbers) : empty.choice(of: column) ?? choice
        let checked = TypeChoice.regarding(table.table.checks, of: column.name, choice, profile.meaning)
        return .regarding(column.default, checked, declared: "\(checked.type)") { value, type in
            source.translator(of: table.named(table.table), names: [:]).holds(value, in: type)
        }
    }

    /// Makes columns that foreign keys tie together compare alike. In SQLite the collation of the parent column decides
    /// (https://www.sqlite.org/foreignkeys.html, section 3), so it decides here. If the parent columns differ, all stay text.
    private mutating func compareAlike(_ group: [ColumnID], _ parents: Set<ColumnID>) {
        guard group.contains(where: { nocase[$0] ?? .text != .text }) else { return }
        var policies: Set<NocasePolicy> = []
        for parent in group where parents.contains(parent) { policies.insert(nocase[parent] ?? .text) }
        let policy: NocasePolicy = policies.count == 1 ? policies.first ?? .text : .text
        for member in group where policy != .text || nocase[member] != nil { nocase[member] = policy }
    }

    func nocase(_ table: String, _ column: String) -> NocasePolicy? { nocase[ColumnID(table: table, column: column)] }

    /// Returns the type by which the source's expressions compute with a column; `nil` if it is the column's type in the target.
    func meaning(_ table: String, _ column: String) -> ColumnType? { meanings[ColumnID(table: table, column: column)] }

    subscript(_ table: String, _ column: String) -> TypeChoice? { choices[ColumnID(table: table, column: column)] }

    /// Returns the columns of a table whose types are guesses, by their names.
    func guesses(in table: Table) -> [String: GuessedColumn] {
        var guesses: [String: GuessedColumn] = [:]
        for column in table.columns where self[table.name, column.name]?.isGuessed == true {
            guesses[column.name] = GuessedColumn(table: table.name, column: column.name)
        }
        return guesses
    }

    /// Gives those columns of a table whose types are guesses, and that are among `numbers`, the type of numbers.
    mutating func take(_ numbers: Set<GuessedColumn>, in table: Table) {
        for (name, guess) in guesses(in: table) where numbers.contains(guess) {
            choices[ColumnID(table: table.name, column: name)] = .guess(isOfNumbers: true)
        }
    }

    /// Gives a computed column without a declared type the type of what its expression yields.
    mutating func settleComputed(_ column: String, of table: String, as type: ColumnType) {
        choices[ColumnID(table: table, column: column)] = TypeChoice(
            type, because: "it is empty: its expression yields this type")
    }

    /// Gives a computed column a type that keeps all decimals of what the source computes.
    mutating func widenComputed(_ column: String, of table: String, to type: ColumnType) {
        choices[ColumnID(table: table, column: column)] = TypeChoice(
            type, because: "its expression may yield more decimals than its type has")
    }

    /// Returns the groups of columns that foreign keys tie together, directly or through other columns.
    private static func groups(_ tables: [ProfiledTable]) -> [[ColumnID]] {
        var groups: [[ColumnID]] = []
        var places: [ColumnID: Int] = [:]
        func place(_ column: ColumnID) -> Int {
            if let place = places[column] { return place }
            places[column] = groups.count
            groups.append([column])
            return groups.count - 1
        }
        for table in tables.map(\.table) {
            for key in table.foreignKeys {
                for (child, parent) in zip(key.columns, key.parentColumns) {
                    let one = place(ColumnID(table: table.name, column: child))
                    let other = place(ColumnID(table: key.parent, column: parent))
                    guard one != other else { continue }
                    // The smaller group is moved, so that a column moves rarely, whatever the order of the keys.
                    let (kept, emptied) = groups[one].count < groups[other].count ? (other, one) : (one, other)
                    for column in groups[emptied] { places[column] = kept }
                    groups[kept] += groups[emptied]
                    groups[emptied] = []
                }
            }
        }
        return groups.filter { !$0.isEmpty }
    }

    /// Gives a group the type that holds the values of all its columns. The group is left alone if the database numbers one of
    /// its columns and that column would get a type that can't be numbered.
    private mutating func unify(_ group: [ColumnID], _ profiles: [ColumnID: ColumnProfile], _ counting: Set<ColumnID>) {
        let members = group.filter { choices[$0] != nil }
        let types = Set(members.compactMap { choices[$0]?.type })
        let given = Set(members.compactMap { choices[$0] }.filter(\.isGiven).map(\.type))
        if let type = given.first {
            // Rules that contradict each other leave the foreign key without a common type. It is then listed as not transferred.
            if given.count == 1 {
                assign(type, to: members, because: "a rule gives the key this type", isGiven: true)
            }
            return
        }
        guard types.count > 1, let first = members.first.flatMap({ profiles[$0] }) else { return }
        let merged = members.dropFirst().reduce(first.merged(with: ColumnProfile(first.meaning))) { merged, member in
            profiles[member].map(merged.merged) ?? merged
        }
        let parents = members.filter { counting.contains($0) }
        let choice = TypeChoice.choose(merged)
        guard parents.isEmpty || choice.type == .bigint || merged.values == 0 else { return }
        let type = merged.values == 0 ? (parents.isEmpty ? typeOfEmpty(members) : .bigint) : choice.type
        assign(type, to: members, because: "its foreign key ties it to columns of another type", isGiven: false)
    }

    /// Returns the type of columns without values that a foreign key ties together: the one that is declared, rather than a guess.
    private func typeOfEmpty(_ members: [ColumnID]) -> ColumnType {
        let found = members.compactMap { choices[$0] }
        let known = Set(found.filter { !$0.isGuessed }.map(\.type))
        if let type = known.first { return known.count == 1 ? type : .text }
        return found.map(\.type).first { $0 != .text } ?? .text
    }

    private mutating func assign(_ type: ColumnType, to members: [ColumnID], because reason: String, isGiven: Bool) {
        for member in members where choices[member]?.type != type {
            choices[member] = TypeChoice(type, because: reason, isGiven: isGiven)
            meanings[member] = nil
        }
    }
}

extension ExpressionTranslator {
    /// Whether a column of this type can have the default in the target.
    fileprivate func holds(_ value: Default, in type: ColumnType) -> Bool {
        do throws(Untranslatable) {
            return try self.value(value, for: type, readBy: nil) != nil
        } catch {
            return false
        }
    }
}
