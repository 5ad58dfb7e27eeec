import Dialects

/// Compares the rows of a view on both sides, because SQL that both databases accept may mean different things to them.
struct ViewProof: Sendable {
    enum Outcome: Sendable, Equatable {
        case same
        /// The views differ. The text is a clause about the rows that the target returns and the source does not.
        case differs(String)
        /// The view can't be read in the target. The text is a clause about that.
        case fails(String)
        /// The views could not be compared, for this reason.
        case notCompared(String)
    }

    let source: any TransferDialect
    let target: any TransferDialect

    /// The longest time that a transfer waits for a view to be read, and for all of them. A view may take any time.
    private static let patience = Duration.seconds(60)
    private static let patienceWithAll = Duration.seconds(600)
    /// The time after which no further view is compared.
    var deadline = ContinuousClock.now + ViewProof.patienceWithAll
    /// The largest number of rows that are searched for one that differs.
    private static let searchedRows = 100_000

    /// One side of the comparison.
    private struct Side {
        var view: String
        var connection: any Connection
        var types: [ColumnType]
    }

    /// Compares a view that is called `view` in the source and `made` in the target. Both connections are left as they
    /// were.
    func outcome(
        of view: String, as made: String, _ reading: any Connection, _ writing: any Connection
    ) throws -> Outcome {
        guard ContinuousClock.now < deadline else {
            return .notCompared("reading the views before it took \(Self.patienceWithAll)")
        }
        guard let types = try target.viewTypes(made, on: writing) ?? source.viewTypes(view, on: reading) else {
            return .notCompared("neither database reports the types of its columns")
        }
        let (ours, theirs) = (
            Side(view: view, connection: reading, types: types), Side(view: made, connection: writing, types: types)
        )
        switch try digests(ours, theirs, ViewForms(types, isRounded: false)) {
        case .ended(let outcome): return outcome
        case .read(let held, let found):
            if held == found { return .same }
            guard held.rows == found.rows else {
                let rows = found.rows.counted("row", "rows")
                return .differs("it yields \(rows) in the target and \(held.rows) in the source")
            }
            return try outcomeOfRounding(ours, theirs, ViewForms(types, isRounded: true))
        }
    }

    /// Compares sides of as many rows by fewer digits: the two databases add doubles up in different orders, so the last ones may differ
    /// rightly.
    private func outcomeOfRounding(_ ours: Side, _ theirs: Side, _ rounded: ViewForms) throws -> Outcome {
        if rounded.rounds {
            let isSame = try inTime { try digest(ours, rounded) == digest(theirs, rounded) }
            guard let isSame else { return Self.tooLong }
            if isSame { return .same }
        }
        let row = try inTime { try example(ours, theirs, rounded) }
        return .differs("it yields other rows in the target" + (row.map { ": \($0)" } ?? ""))
    }

    /// What became of reading both sides.
    private enum Reading { case read(TableDigest, TableDigest), ended(Outcome) }

    private func digests(_ ours: Side, _ theirs: Side, _ forms: ViewForms) throws -> Reading {
        var digests: [TableDigest] = []
        for side in [ours, theirs] {
            do {
                guard let read = try inTime({ try digest(side, forms) }) else { return .ended(Self.tooLong) }
                digests.append(read)
            } catch let error as DatabaseError where error.kind == .diskFull || error.kind == .resources {
                return .ended(.notCompared("reading it takes more than there is: \(error.message)"))
            } catch let error as DatabaseError where !error.isInterruption {
                guard digests.isEmpty else {
                    try target.requireNoFault(error)
                    return .ended(.fails("it fails in the target: \(error.message)"))
                }
                return .ended(.notCompared("it can't be read in the source: \(error.message)"))
            }
        }
        return .read(digests[0], digests[1])
    }

    private static let tooLong = Outcome.notCompared("reading it takes longer than \(ViewProof.patience)")

    /// Returns what `body` read; `nil` if that takes longer than a transfer waits.
    private func inTime<T>(_ body: () throws -> T) throws -> T? {
        do {
            return try body()
        } catch let error as DatabaseError where error.kind == .interrupted && !Task.isCancelled {
            return nil
        }
    }

    private func digest(_ side: Side, _ forms: ViewForms) throws -> TableDigest {
        var digest = TableDigest()
        try read(side) { digest.add(forms.digest(of: $0)) }
        return digest
    }

    /// Returns the text of a row that only one side has.
    private func example(_ ours: Side, _ theirs: Side, _ forms: ViewForms) throws -> String {
        var left: [RowDigest: Int] = [:]
        var strange: String?
        try read(ours, atMost: Self.searchedRows) { left[forms.digest(of: $0), default: 0] += 1 }
        try read(theirs, atMost: Self.searchedRows) { row in
            let digest = forms.digest(of: row)
            if let count = left[digest], count > 0 {
                left[digest] = count - 1
            } else if strange == nil {
                strange = forms.text(of: row)
            }
        }
        var missing: String?
        try read(ours, atMost: Self.searchedRows) { row in
            if missing == nil, left[forms.digest(of: row), default: 0] > 0 { missing = forms.text(of: row) }
        }
        let parts = [strange.map { "\($0)" }, missing.map { "the source has \($0)" }].compactMap { $0 }
        return parts.isEmpty ? "none of the first \(Self.searchedRows) rows" : parts.joined(separator: ", where ")
    }

    /// Reads a view inside of a savepoint, so that an error or a timeout leaves the surrounding transaction as it was.
    private func read(
        _ side: Side, atMost limit: Int? = nil, _ body: (any RowCursor) throws -> Void
    ) throws {
        let connection = side.connection
        let isInside = connection.isInTransaction
        if isInside { try connection.execute("SAVEPOINT tc_view") }
        let timer = Task.detached { [interrupter = connection.interrupter] in
            try await Task.sleep(for: Self.patience)
            interrupter.interrupt()
        }
        let result = Result {
            let cursor = try connection.copyOut(
                "SELECT * FROM \(SQLText.identifier(side.view))" + (limit.map { " LIMIT \($0)" } ?? ""),
                types: side.types)
            defer { cursor.close() }
            while try cursor.next() { try body(cursor) }
        }
        timer.cancel()
        if isInside {
            try connection.execute("ROLLBACK TO SAVEPOINT tc_view")
            try connection.execute("RELEASE SAVEPOINT tc_view")
        }
        try result.get()
    }
}

/// The canonical forms as which a view's values are compared.
private struct ViewForms {
    private let forms: [CanonicalForm]
    private let isRounded: [Bool]

    /// Whether any column is compared by fewer than all of its digits.
    var rounds: Bool { isRounded.contains(true) }

    init(_ types: [ColumnType], isRounded: Bool) {
        self.isRounded = types.map { isRounded && Self.isComputed($0) }
        forms = zip(types, self.isRounded).map { $1 ? .real : $0.comparedForm }
    }

    /// Whether values of this type are probably computed: doubles, and decimals without a limit, are the types of
    /// averages and sums.
    private static func isComputed(_ type: ColumnType) -> Bool {
        switch CanonicalForm(type) {
        case .real: true
        case .decimal: type == .numeric
        case .integer, .boolean, .text, .padded, .bytes, .moment, .reading, .date, .time, .interval, .address, .uuid,
            .json,
            .stored,
            nil:
            false
        }
    }

    func digest(of row: any RowCursor) -> RowDigest {
        var digest = RowDigest()
        for (column, form) in forms.enumerated() {
            digest.add(isRounded[column] ? Self.rounded(row.raw(column)) : row.raw(column), as: form)
        }
        return digest
    }

    func text(of row: any RowCursor) -> String {
        let shown = forms.indices.prefix(6).map { ValueText.short(row.raw($0)) }
        return "(\(shown.joined(separator: ", "))\(forms.count > 6 ? ", …" : ""))"
    }

    /// Rounds a number to 30 binary digits, which are nine decimal ones.
    private static func rounded(_ value: RawValue) -> RawValue {
        let number: Double? =
            switch value {
            case .integer(let integer): Double(integer)
            case .real(let real): real
            case .text(let bytes): Double(String(decoding: bytes, as: UTF8.self))
            case .null, .boolean, .blob: nil
            }
        guard let number, number.isFinite, number != 0 else { return number == 0 ? .real(0) : value }
        let rest: UInt64 = 22
        let half: UInt64 = 1 << (rest - 1)
        return .real(Double(bitPattern: ((number.bitPattern &+ half) >> rest) << rest))
    }
}
