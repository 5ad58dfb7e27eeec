import Dialects

/// Compares one table of two databases in two readings. The first finds out whether the rows differ, and in which of many
/// buckets of keys; the second finds the rows. It holds the keys of the rows in the buckets that it searches: at most one row in
/// two hundred.
struct TableComparison {
    private static let bucketCount = 4_096
    /// The largest number of differing rows that are named.
    private static let namedRows = 20
    /// The largest number of buckets that are searched for them.
    private static let examinedBuckets = 20

    private typealias Side = VerificationPlan.ComparedTable.Side

    private let table: VerificationPlan.ComparedTable
    private let source: any Connection
    private let target: any Connection
    private let aside: [String: Int]

    /// Creates a comparison. `aside` has the keys of the source's rows that are left out of it, with their numbers of rows: several rows
    /// share a key that is shortened.
    init(
        _ table: VerificationPlan.ComparedTable, _ source: any Connection, _ target: any Connection,
        besides aside: [String: Int] = [:]
    ) {
        self.table = table
        self.aside = aside
        self.source = source
        self.target = target
    }

    func report() throws -> VerificationReport.TableReport {
        guard !table.forms.isEmpty else { return try countedReport() }
        let (a, b) = (try buckets(source, table.source, besides: aside), try buckets(target, table.target))
        var report = VerificationReport.TableReport(name: table.source.table, source: a.whole, target: b.whole)
        guard !report.isEqual else { return report }
        let differing = (0..<Self.bucketCount).filter { a.parts[$0] != b.parts[$0] }
        let examined = Set(differing.prefix(Self.examinedBuckets))
        let ours = try rows(source, table.source, in: examined, besides: aside)
        let theirs = try rows(target, table.target, in: examined)
        report.differences = Array(differences(ours, theirs).prefix(Self.namedRows))
        return report
    }

    /// Compares only the numbers of rows, for a table without a comparable column.
    private func countedReport() throws -> VerificationReport.TableReport {
        let digests = try [(source, table.source), (target, table.target)].map { connection, side in
            let rows = try connection.queryValue("SELECT count(*) \(trusted: side.from)")?.integer ?? 0
            return TableDigest(rows: Int(rows))
        }
        return VerificationReport.TableReport(name: table.source.table, source: digests[0], target: digests[1])
    }

    private func buckets(
        _ connection: any Connection, _ side: Side, besides aside: [String: Int] = [:]
    ) throws -> (whole: TableDigest, parts: [TableDigest]) {
        var whole = TableDigest()
        var parts = Array(repeating: TableDigest(), count: Self.bucketCount)
        try read(connection, side, besides: aside) { cursor in
            let row = digest(cursor, table.forms.indices)
            whole.add(row)
            parts[bucket(of: cursor)].add(row)
        }
        return (whole, parts)
    }

    private struct Row {
        /// The digest of all rows with this key. Rows repeat in a table without a key, and several may share a key that allows
        /// NULL.
        var all = TableDigest()
        /// The digests of the last such row, by column.
        var columns: [RowDigest]
        var key: String
    }

    /// Returns the rows of some buckets by their key's digest or, without a key, by the digest of all their values.
    private func rows(
        _ connection: any Connection, _ side: Side, in buckets: Set<Int>, besides aside: [String: Int] = [:]
    ) throws -> [RowDigest: Row] {
        var rows: [RowDigest: Row] = [:]
        try read(connection, side, besides: aside) { cursor in
            guard buckets.contains(bucket(of: cursor)) else { return }
            let key = digest(cursor, keyColumns)
            var all = rows[key]?.all ?? TableDigest()
            all.add(digest(cursor, table.forms.indices))
            rows[key] = Row(
                all: all, columns: table.forms.indices.map { digest(cursor, [$0]) }, key: keyText(cursor))
        }
        return rows
    }

    private func differences(
        _ ours: [RowDigest: Row], _ theirs: [RowDigest: Row]
    ) -> [VerificationReport.Difference] {
        var found: [VerificationReport.Difference] = []
        for (key, row) in ours {
            guard let other = theirs[key] else {
                found.append(.init(kind: .onlyInSource, key: row.key))
                continue
            }
            let (here, there) = (row.all.rows, other.all.rows)
            guard here == there else {
                let times = "\(row.key) (\(here) times in the source, \(there) in the target)"
                found.append(.init(kind: here > there ? .onlyInSource : .onlyInTarget, key: times))
                continue
            }
            guard row.all != other.all else { continue }
            // If several rows have one key, the last of them may be equal on both sides.
            let differing = table.forms.indices.filter { row.columns[$0] != other.columns[$0] }
            let columns = differing.isEmpty ? Array(table.forms.indices) : differing
            found.append(.init(kind: .differs, key: row.key, columns: columns.map { table.source.columns[$0] }))
        }
        for (key, row) in theirs where ours[key] == nil { found.append(.init(kind: .onlyInTarget, key: row.key)) }
        return found.sorted { ($0.key, $0.kind.rawValue) < ($1.key, $1.kind.rawValue) }
    }

    private var keyColumns: [Int] { table.key.isEmpty ? Array(table.forms.indices) : table.key }

    private func digest(_ cursor: any RowCursor, _ columns: some Sequence<Int>) -> RowDigest {
        var row = RowDigest()
        for column in columns { row.add(cursor.raw(column), as: table.forms[column]) }
        return row
    }

    private func bucket(of cursor: any RowCursor) -> Int {
        Int(digest(cursor, keyColumns).word % UInt64(Self.bucketCount))
    }

    private func keyText(_ cursor: any RowCursor) -> String {
        keyColumns.map { "\(table.source.columns[$0])=\(ValueText.short(cursor.raw($0)))" }.joined(separator: ", ")
    }

    private func read(
        _ connection: any Connection, _ side: Side, besides aside: [String: Int],
        _ body: (any RowCursor) throws -> Void
    ) throws {
        let query = "SELECT \(SQLText.identifiers(side.columns)) \(side.from)"
        let cursor = try connection.copyOut(query, types: side.types)
        defer { cursor.close() }
        var (rows, left) = (0, aside)
        while try cursor.next() {
            if left.isEmpty || !takes(keyText(cursor), from: &left) { try body(cursor) }
            rows += 1
            if rows & 0xFFFF == 0 { try Task.checkCancellation() }
        }
    }

    /// Returns whether a row with this key is among these, and takes it out of them.
    private func takes(_ key: String, from rows: inout [String: Int]) -> Bool {
        guard let count = rows[key] else { return false }
        rows[key] = count > 1 ? count - 1 : nil
        return true
    }
}
