import Dialects

/// Counts the existing rows that each hazard concerns, and refuses a migration that would fail on them or lose data without
/// consent.
struct HazardMeter {
    /// The largest number of characters that an example shows of a value.
    private static let longest = 60

    let connection: any Connection

    /// Measures the hazards and throws if one of them forbids the migration. `lost` are the losses that are known without a
    /// query.
    ///
    /// - Throws: `MigratorError.rowsInTheWay` or `.dataLoss` with the measured counts, and `.cannotLower` for a check or an
    ///   index that does not fit the columns it names.
    func check(_ hazards: [Hazard], _ lost: [MeasuredHazard], _ id: String, _ options: Migrator.Options) throws {
        let real: [MeasuredHazard]
        do { real = try measure(hazards) + lost } catch let error as LoweringError {
            throw MigratorError.cannotLower(id, dialect: connection.dialect.name, error)
        }
        let blocking = real.filter { !$0.hazard.isDataLoss }
        guard blocking.isEmpty else { throw MigratorError.rowsInTheWay(id, blocking) }
        guard options.allowsDataLoss || real.isEmpty else { throw MigratorError.dataLoss(id, real) }
    }

    /// Returns the hazards that concern at least one row, with their counts. Throws `LoweringError` for a hazard that no change
    /// to the rows could remove.
    ///
    /// - Parameter earlier: What was found of the same operation before.
    func measure(_ hazards: [Hazard], after earlier: [MeasuredHazard] = []) throws -> [MeasuredHazard] {
        var found: [MeasuredHazard] = []
        for hazard in hazards {
            // Values that do not fit can't be computed, so a later hazard about the rows to come of the same table is not
            // measured.
            let isBlocked = (earlier + found).contains { !$0.hazard.isDataLoss && hazard.reads[$0.hazard.table] != nil }
            if hazard.rows != nil && isBlocked { continue }
            try requireSense(of: hazard)
            guard let measured = try measured(hazard), measured.rows > 0 else { continue }
            found.append(measured)
        }
        return found
    }

    /// Measures the hazard; `nil` if that fails. A loss whose condition can't be evaluated may concern every row: consent is rather
    /// asked for without need than passed over.
    private func measured(_ hazard: Hazard) throws -> MeasuredHazard? {
        if case .success(let measured) = try attempt({ try measure(hazard) }) { return measured }
        guard hazard.isDataLoss, hazard.condition != nil else { return nil }
        var unconditional = hazard
        unconditional.condition = nil
        guard case .success(let measured) = try attempt({ try measure(unconditional) }) else { return nil }
        return measured
    }

    private func requireSense(of hazard: Hazard) throws {
        guard let (rule, sql) = hazard.question else { return }
        let objection = try attempt { _ = try connection.query(sql) }
        guard case .failure(let error) = objection else { return }
        throw LoweringError(
            hazard.table, "\(rule) is not valid for its columns after the migration: \(error.message)",
            remedy: "drop it in the same migration, and add one that is valid")
    }

    private func measure(_ hazard: Hazard) throws -> MeasuredHazard {
        if let texts = hazard.texts, let form = hazard.form { return try read(texts, form, hazard) }
        let rows = try connection.queryValue(hazard.count)?.integer ?? 0
        return MeasuredHazard(hazard: hazard, rows: rows, examples: rows > 0 ? try examples(of: hazard) : [])
    }

    /// Reads every text, one at a time, and counts those that do not have the form. Of these, the first three in alphabetical
    /// order become the examples.
    private func read(_ texts: SQL, _ form: TextForm, _ hazard: Hazard) throws -> MeasuredHazard {
        var measured = MeasuredHazard(hazard: hazard, rows: 0, examples: [])
        let cursor = try connection.rows(texts)
        defer { cursor.close() }
        while try cursor.next() {
            guard case .text(let bytes) = cursor.raw(0), !form.accepts(bytes) else { continue }
            measured.rows += 1
            let text = shown(.text(String(decoding: bytes.prefix(4 * HazardMeter.longest), as: UTF8.self)))
            guard !measured.examples.contains(text) else { continue }
            measured.examples = Array((measured.examples + [text]).sorted().prefix(3))
        }
        return measured
    }

    private func examples(of hazard: Hazard) throws -> [String] {
        guard let query = hazard.examples(limit: 3) else { return [] }
        let names = hazard.isShownByName ? hazard.shown.map { $0.name + " " } : []
        return try connection.query(query).map { row in
            row.values.enumerated().map { at, value in (names.isEmpty ? "" : names[at]) + shown(value) }
                .joined(separator: ", ")
        }
    }

    private func shown(_ value: Value) -> String {
        switch value {
        case .null: return "NULL"
        case .blob(let bytes): return "\(bytes.count) bytes"
        case .integer, .real, .boolean, .text:
            let text = value.text ?? ""
            return text.count > HazardMeter.longest ? text.prefix(HazardMeter.longest) + "…" : text
        }
    }

    /// Runs a query that computes what the migration will compute. If the computation fails, as an expression of the author's
    /// may, the failure is returned and left to the migration's own statement, whose error says more. The open transaction
    /// stays usable.
    private func attempt<T>(_ body: () throws -> T) throws -> Result<T, DatabaseError> {
        let isInTransaction = connection.isInTransaction
        if isInTransaction { try connection.execute("SAVEPOINT tc_hazard") }
        do {
            let result = try body()
            if isInTransaction { try connection.execute("RELEASE SAVEPOINT tc_hazard") }
            return .success(result)
        } catch let error as DatabaseError where error.isAboutValues && !connection.isLost {
            guard isInTransaction else { return .failure(error) }
            try connection.execute("ROLLBACK TO SAVEPOINT tc_hazard")
            try connection.execute("RELEASE SAVEPOINT tc_hazard")
            return .failure(error)
        }
    }
}

extension Hazard {
    /// Whether an example shows several values of a row, which need their columns' names, and not just one value.
    fileprivate var isShownByName: Bool {
        switch kind {
        case .notUndone, .holdsNulls, .breaks, .orphans: true
        case .losesRows, .losesValues, .losesObjects, .needsValue, .doesNotFit, .repeats, .indexes: false
        }
    }
}

extension DatabaseError {
    /// Whether the computation itself failed, and not the connection or the file, and nobody interrupted it.
    fileprivate var isAboutValues: Bool {
        switch kind {
        case .unique, .foreignKey, .notNull, .check, .raised, .exists, .syntax, .other: true
        case .locked, .lost, .pooled, .unreachable, .authentication, .permission, .notADatabase, .corrupt,
            .changedMeanwhile, .transactionEnded, .diskFull, .resources, .interrupted, .invalidURL:
            false
        }
    }
}
