import Dialects
import Migrator

/// The plan of a comparison: the tables and columns of two databases that are compared, and their canonical forms. It reads no
/// database.
struct VerificationPlan {
    struct ComparedTable {
        /// The table on one side. `columns` and `types` are in the order in which they are compared.
        struct Side {
            var table: String
            /// The part of the query after the columns: `FROM …`.
            var from: String
            var columns: [String] = []
            var types: [ColumnType] = []
        }

        var source: Side
        var target: Side
        var forms: [CanonicalForm] = []
        /// The positions of the columns that identify a row; empty if the sides have no common key.
        var key: [Int] = []
    }

    private(set) var tables: [ComparedTable] = []
    private(set) var missing: [String] = []
    private(set) var notCompared: [String] = []
    /// The names that differ in the target. Below them, the columns that are declared otherwise there, by the types and the
    /// form that is compared.
    private var renamed: [String] = []
    private var declaredOtherwise: [String: [String]] = [:]
    /// The numbers in the headers of two files that differ. They belong to the application, and a filled file keeps its own.
    private var otherNumbers: [String] = []
    /// Why columns of the source and the target can't be read, by table and column.
    private let unreadableColumns: (source: [String: [String: String]], target: [String: [String: String]])
    /// The tables that hold their values to the declared types where their database does not (`Inspection.heldTables`).
    private let heldTables: (source: Set<String>, target: Set<String>)
    private let from: any TransferDialect
    private let to: any TransferDialect

    /// Plans the comparison of all tables but those that are excluded by their name in either database. Throws
    /// `TransferError.inNeither`.
    init(
        _ source: Inspection, _ target: Inspection, excluding excluded: [String], from: any TransferDialect,
        to: any TransferDialect
    ) throws(TransferError) {
        self.from = from
        self.to = to
        unreadableColumns = (source.unreadableColumns, target.unreadableColumns)
        heldTables = (source.heldTables, target.heldTables)
        let ours = source.tablesWithRows.filter { !$0.columns.isEmpty || to.takesTablesWithoutColumns }.map(source.held)
        let theirs = target.tablesWithRows.filter { !$0.columns.isEmpty || from.takesTablesWithoutColumns }.map(
            target.held)
        notCompared += Self.withoutColumns(source, target, from: from, to: to)
        notCompared +=
            source.unreadable.map { "\($0), in the source" } + target.unreadable.map { "\($0), in the target" }
        if from.speaksAs(to) { otherNumbers = Self.otherNumbers(source.fileNumbers, target.fileNumbers) }
        let match = NameMatch(ours.map(\.name), theirs.map(\.name), from: from, to: to)
        let known = Set(ours.map(\.name) + theirs.map(\.name))
        if let unknown = excluded.first(where: { !known.contains($0) }) {
            throw .inNeither(unknown, nearest: Suggestion.nearest(to: unknown, in: known.sorted()))
        }
        notCompared += excluded.map { "table \($0): left out, as requested" }
        let left = Set(excluded)
        missing += match.onlyInSource.filter { !left.contains($0) }.map { "table \($0) is only in the source" }
        missing += match.onlyInTarget.filter { !left.contains($0) }.map { "table \($0) is only in the target" }
        let (our, their) = (ours.byName(\.name), theirs.byName(\.name))
        for pair in match.pairs where !left.contains(pair.source) && !left.contains(pair.target) {
            guard let mine = our[pair.source], let counterpart = their[pair.target] else { continue }
            let table = source.withoutHiddenRowNumber(mine, beside: counterpart)
            let other = target.withoutHiddenRowNumber(counterpart, beside: mine)
            if pair.source != pair.target { renamed.append("table \(pair.source) as \(pair.target)") }
            compare(
                table, from.reading(of: table, in: source), other, to.reading(of: other, in: target))
        }
    }

    /// Returns sentences about the numbers in the headers of two files that differ. A file holds 0 where its application has set none.
    private static func otherNumbers(_ ours: [String: Int64], _ theirs: [String: Int64]) -> [String] {
        Set(ours.keys).union(theirs.keys).sorted().compactMap { name in
            let (here, there) = (ours[name, default: 0], theirs[name, default: 0])
            return here == there ? nil : "\(name) is \(here) in the source and \(there) in the target"
        }
    }

    /// Returns sentences about tables without columns that have no counterpart, because the other database can't have such
    /// tables.
    private static func withoutColumns(
        _ source: Inspection, _ target: Inspection, from: any TransferDialect, to: any TransferDialect
    ) -> [String] {
        let sides = [(source, to, "source"), (target, from, "target")]
        return sides.flatMap { inspection, other, side in
            inspection.tablesWithRows.filter { $0.columns.isEmpty && !other.takesTablesWithoutColumns }
                .map { "table \($0.name): has no columns, in the \(side)" }
        }
    }

    /// The remarks on the comparison itself, and on what differs beside the values, for people.
    var remarks: [String] {
        let names = renamed.isEmpty ? [] : ["matched under another name: \(renamed.listed(upTo: 3))"]
        return names + otherNumbers
            + declaredOtherwise.sorted { $0.key < $1.key }.map { "declared as \($0): \($1.listed(upTo: 3))" }
    }

    private mutating func compare(_ table: Table, _ ours: TableReading, _ other: Table, _ theirs: TableReading) {
        var compared = ComparedTable(
            source: .init(table: table.name, from: ours.from), target: .init(table: other.name, from: theirs.from))
        let match = NameMatch(table.columns.map(\.name), other.columns.map(\.name), from: from, to: to)
        let isHeld = (heldTables.source.contains(table.name), heldTables.target.contains(other.name))
        let (columns, counterparts) = (table.columns.byName(\.name), other.columns.byName(\.name))
        for pair in match.pairs {
            guard let column = columns[pair.source], let counterpart = counterparts[pair.target] else { continue }
            if let reason = objection(toReading: column.name, of: table.name, counterpart.name, of: other.name) {
                notCompared.append("column \(table.name).\(column.name): \(reason)")
                continue
            }
            let held: ColumnType? = isHeld.0 == isHeld.1 ? nil : isHeld.0 ? column.type : counterpart.type
            guard let form = form(column.type, counterpart.type, holding: held) else {
                missing.append(
                    "column \(table.name).\(column.name): \(column.type.word) in the source and \(counterpart.type.word) in the target have no form in common"
                )
                continue
            }
            guard !isComputedOtherwise(column, counterpart) else {
                notCompared.append(
                    "column \(table.name).\(column.name): computed with doubles in one database and decimals in the other"
                )
                continue
            }
            if pair.source != pair.target { renamed.append("\(table.name).\(pair.source) as \(pair.target)") }
            if isDeclaredOtherwise(column.type, counterpart.type) {
                let words = "\(column.type.word) and \(counterpart.type.word), compared as \(form.rawValue)"
                declaredOtherwise[words, default: []].append("\(table.name).\(column.name)")
            }
            let types = [column.type, counterpart.type].map { form == .text && $0.isNative ? ColumnType.text : $0 }
            compared.append((column.name, types[0]), (counterpart.name, types[1]), as: form)
        }
        missing += match.onlyInSource.map { "column \(table.name).\($0) is only in the source" }
        missing += match.onlyInTarget.map { "column \(table.name).\($0) is only in the target" }
        let ourNames = Dictionary(uniqueKeysWithValues: match.pairs.map { ($0.target, $0.source) })
        let keys = [
            Set(table.primaryKey?.columns ?? []), Set((other.primaryKey?.columns ?? []).map { ourNames[$0] ?? $0 }),
        ]
        if keys[0] == keys[1] || keys[0].isEmpty != keys[1].isEmpty {
            let key = keys[0].union(keys[1])
            compared.key = compared.forms.indices.filter { key.contains(compared.source.columns[$0]) }
        }
        tables.append(compared)
    }

    /// Returns why the column of the source or its counterpart can't be read, and in which database; `nil` if both can.
    private func objection(
        toReading column: String, of table: String, _ counterpart: String, of other: String
    ) -> String? {
        unreadableColumns.source[table]?[column].map { "\($0), in the source" }
            ?? unreadableColumns.target[other]?[counterpart].map { "\($0), in the target" }
    }

    /// Whether both databases compute a column, one of them with decimals of any number of digits: the other may compute
    /// 3.3000000000000003 where it has 3.30.
    private func isComputedOtherwise(_ source: Column, _ target: Column) -> Bool {
        guard source.generated != nil, target.generated != nil else { return false }
        return switch (from.holdsDeclaredTypes, to.holdsDeclaredTypes) {
        case (true, false): source.type == .numeric
        case (false, true): target.type == .numeric
        case (true, true), (false, false): false
        }
    }

    /// Whether two columns that are compared deserve a remark on their types: if nothing holds their values to them, or if both sides do so in
    /// different forms.
    private func isDeclaredOtherwise(_ source: ColumnType, _ target: ColumnType) -> Bool {
        switch (from.holdsDeclaredTypes, to.holdsDeclaredTypes) {
        case (false, false): source != target
        case (true, true): source.comparedForm != target.comparedForm
        case (true, false), (false, true): false
        }
    }

    /// Returns the common form of two columns. A side that enforces its columns' types decides; if neither does, values are
    /// compared as they are stored. `held` is the type of the one column whose table alone is held to its types.
    private func form(_ source: ColumnType, _ target: ColumnType, holding held: ColumnType?) -> CanonicalForm? {
        switch (from.holdsDeclaredTypes, to.holdsDeclaredTypes) {
        case (false, false):
            return held.flatMap { Self.form(of: source, target, holding: $0) } ?? CanonicalForm.common(source, target)
        case (true, false): return source.comparedForm
        case (false, true): return target.comparedForm
        case (true, true):
            let (a, b) = (source.comparedForm, target.comparedForm)
            if a == b { return a }
            if let form = Self.form(of: a, asText: b) ?? Self.form(of: b, asText: a) { return form }
            if Set([a, b]) == [.boolean, .integer] { return .boolean }
            return Set([a, b]).isSubset(of: [.integer, .real, .decimal]) ? .decimal : nil
        }
    }

    /// Returns the form of two columns of which only the one of type `held` is held to it: there, bytes or doubles are what has become of the
    /// values of several classes in a column of blobs or of no type. Doubles with a zero of both signs have a column of type ANY, the one
    /// native type of such a table. Returns `nil` for other columns.
    private static func form(
        of source: ColumnType, _ target: ColumnType, holding held: ColumnType
    ) -> CanonicalForm? {
        if held.isNative { return [source, target].contains { $0 == .bytes || $0.isUndeclared } ? .real : nil }
        guard [source, target].contains(.bytes) else { return nil }
        return held == .real ? .decimal : .bytes
    }

    /// Returns the form of values whose texts the other column holds, as a SQLite file in between does; `nil` if it does not.
    private static func form(of form: CanonicalForm, asText other: CanonicalForm) -> CanonicalForm? {
        guard other == .text else { return nil }
        switch form {
        case .real, .decimal, .padded, .moment, .reading, .date, .time, .interval, .address, .uuid, .json: return form
        case .integer, .boolean, .text, .bytes, .stored: return nil
        }
    }
}

extension VerificationPlan.ComparedTable {
    fileprivate mutating func append(
        _ column: (name: String, type: ColumnType), _ counterpart: (name: String, type: ColumnType),
        as form: CanonicalForm
    ) {
        source.columns.append(column.name)
        source.types.append(column.type)
        target.columns.append(counterpart.name)
        target.types.append(counterpart.type)
        forms.append(form)
    }

    /// Creates the comparison of a table that a transfer has filled, as far as its values can be compared. `rows` are the target's
    /// (`TransferTarget.ownRows`).
    init(_ table: PlannedTable, in rows: String) {
        source = Side(table: table.source, from: table.reading.from)
        target = Side(table: table.target, from: "FROM \(rows)")
        for at in table.types.indices {
            let type = table.types[at]
            append((table.sourceColumns[at], type), (table.targetColumns[at], type), as: type.comparedForm)
        }
        // In the key's own order, in which the quarantine names rows.
        key = table.reading.key.compactMap(source.columns.firstIndex)
    }
}

extension Inspection {
    /// The objects whose values are not read here, with the reasons.
    fileprivate var unreadable: [String] {
        // The text of a full-text table is read in that table, or in the table that it indexes.
        let read = Set(tablesWithRows.map(\.name) + fullText.map(\.name))
        return omitted.filter { $0.kind.holdsValues && !read.contains($0.name) }
            .map { "\($0.kind.words) \($0.name): \($0.reason)" }
    }

    /// Returns the table with each column's enforced type in a form that any database has. What blanks at the end mean, and which texts are one
    /// address or one span of time, is known only from the declared type.
    fileprivate func held(_ table: Table) -> Table {
        var table = table
        for at in table.columns.indices {
            let column = table.columns[at]
            if let form = CanonicalForm(column.type), [.padded, .address, .interval].contains(form) { continue }
            if let type = enforcedTypes[table.name]?[column.name]?.type { table.columns[at].type = type }
        }
        return table
    }
}

extension Omission.Kind {
    fileprivate var holdsValues: Bool {
        switch self {
        case .table, .virtualTable, .column: true
        // A shadow table belongs to a virtual table.
        case .shadowTable, .trigger, .index, .constraint, .view, .foreignKey, .other: false
        }
    }
}
