import Dialects

/// The columns of the target's tables: their types, NULLs, counters, defaults and computations.
extension TransferPlanner {
    mutating func column(
        _ column: Column, nulls: Int, of origin: ProfiledTable, _ translator: any ExpressionTranslator
    ) -> Column {
        let table = origin.table.name
        let choice = types[table, column.name] ?? TypeChoice(column.type)
        var result = Column(columnNames[table]?[column.name] ?? column.name, choice.type)
        let compared = types.nocase(table, column.name).map { target.caseless(result, as: $0) } ?? result
        note(column, choice, as: compared, of: table)
        result.isNullable = column.isNullable || (nulls > 0 && letsNullsPass(column.name, of: origin))
        if result.isNullable && !column.isNullable {
            let reason = "\(nulls.counted("row holds", "rows hold")) NULL"
            leave(.constraint, "\(table).\(column.name) NOT NULL", reason)
        }
        if counts(column, of: origin.table) && choice.type.isInteger {
            result.isIdentity = true
            result.isNullable = false
            return result
        }
        addDefault(column, to: &result, of: origin.table, translator)
        addGenerated(column, to: &result, of: table, translator)
        (result.type, result.collation) = (compared.type, compared.collation)
        return result
    }

    /// Notes why a column's type differs from the declared one, if that needs an explanation.
    private mutating func note(_ column: Column, _ choice: TypeChoice, as made: Column, of table: String) {
        let declared = inspection.declaredTypes[table]?[column.name] ?? ""
        // SQLite takes INT[] for a word like INT, and the program keeps the array's text there.
        let isArray = choice.type == .text && choice.reason != nil && declared.hasSuffix("[]")
        var reasons = [isArray ? "holds arrays as texts" : choice.reason].compactMap { $0 }
        if made.type != choice.type, let policy = types.nocase(table, column.name) {
            caselessColumns.append(
                CaselessColumn(table: tableNames[table] ?? table, column: made.name, policy: policy))
            reasons.append(
                column.collation == .nocase
                    ? "compares without regard to case; in the target also for letters beyond A to Z"
                    : "its foreign key compares it without regard to case")
        }
        guard !reasons.isEmpty else { return }
        typeNotes.append(
            TypeNote(
                table: table, column: column.name, declared: declared, type: rendered(made.type),
                reason: reasons.joined(separator: "; ")))
    }

    /// Whether NULLs stay in a column that should hold none. If not, their rows are quarantined, or the transfer is
    /// refused.
    func letsNullsPass(_ column: String, of origin: ProfiledTable) -> Bool {
        switch rules.columnRule(of: column, in: origin.table.name).policy {
        case .widen, .null: return true
        case .fail, .quarantine: return false
        }
    }

    /// Whether the database numbers the column, in the target as well.
    private mutating func counts(_ column: Column, of table: Table) -> Bool {
        guard column.isIdentity || inspection.rowidAliases[table.name] == column.name else { return false }
        guard target.countsInPrimaryKeysOnly, table.primaryKey?.columns != [column.name] else { return true }
        leave(
            .other, "\(table.name).\(column.name) IDENTITY",
            "the target numbers only a column that is the whole primary key")
        return false
    }

    private mutating func addDefault(
        _ column: Column, to result: inout Column, of table: Table, _ translator: any ExpressionTranslator
    ) {
        guard let value = column.default else { return }
        let name = "\(table.name).\(column.name)"
        do throws(Untranslatable) {
            let rule = reading(of: column.name, in: table.name)
            let type = types.meaning(table.name, column.name) ?? result.type
            result.default = try translator.value(value, for: type, readBy: rule)
            if let remark = translator.remark(on: value, for: type) { remarks.append("\(name): \(remark)") }
        } catch {
            let consequence = consequence(ofNoDefaultOf: column, as: result.type, in: table)
            leave(.other, "\(name) DEFAULT", "the column has no default: \(error)\(consequence)")
        }
    }

    /// What it means for new rows that a column has lost its default. A target that counts in primary keys alone counts in each of integers.
    private func consequence(ofNoDefaultOf column: Column, as type: ColumnType, in table: Table) -> String {
        if target.countsInPrimaryKeysOnly, type.isInteger, table.primaryKey?.columns == [column.name] {
            return "; a new row gets the next number of its table instead"
        }
        return column.isNullable ? "" : "; it is NOT NULL, so each new row must give a value"
    }

    /// Adds the expression of a computed column. A column that can't be computed in the target keeps its values.
    private mutating func addGenerated(
        _ column: Column, to result: inout Column, of table: String, _ translator: any ExpressionTranslator
    ) {
        guard let generated = column.generated else { return }
        do throws(Untranslatable) {
            let type = types.meaning(table, column.name) ?? result.type
            result.generated = Generated(try translator.generated(generated.expression, for: type), .stored)
            if let remark = translator.remark(onComputed: generated.expression, for: type) {
                remarks.append("\(table).\(column.name): \(remark)")
            }
        } catch {
            leave(.other, "\(table).\(column.name) GENERATED", error, "its values are copied and no longer computed: ")
        }
    }

    /// Gives computed columns a type that keeps all decimals of what the source computes, unless a rule gives them another. A column that
    /// reads a wider one may become wider itself. An integer that refers to another table keeps its type, in which alone PostgreSQL compares
    /// it with that table's key; a fraction would refer to nothing.
    mutating func widenComputed(in origin: ProfiledTable) {
        settleComputed(in: origin)
        let referring = Set(origin.table.foreignKeys.flatMap(\.columns))
        var isWider = origin.table.columns.contains { $0.generated != nil }
        while isWider {
            isWider = false
            let translator = translator(of: origin)
            for column in origin.table.columns {
                guard let generated = column.generated, let choice = types[origin.table.name, column.name],
                    !choice.isGiven, !choice.type.isInteger || !referring.contains(column.name)
                else { continue }
                let type = translator.computedType(generated.expression, for: choice.type)
                guard type != choice.type else { continue }
                types.widenComputed(column.name, of: origin.table.name, to: type)
                isWider = true
            }
        }
    }

    /// Gives computed columns of guessed types those of what their expressions yield. An expression that reads such a column is read after it.
    private mutating func settleComputed(in origin: ProfiledTable) {
        var guessed = origin.table.columns.filter { column in
            column.generated != nil && types[origin.table.name, column.name]?.isGuessed == true
        }
        var before = guessed.count + 1
        while !guessed.isEmpty, guessed.count < before {
            before = guessed.count
            let translator = translator(of: origin)
            for column in guessed {
                guard let expression = column.generated?.expression, let type = translator.yieldedType(expression)
                else { continue }
                types.settleComputed(column.name, of: origin.table.name, as: type)
            }
            guessed.removeAll { types[origin.table.name, $0.name]?.isGuessed != true }
        }
    }

    private func rendered(_ type: ColumnType) -> String { (try? target.render(type)) ?? type.description }
}
