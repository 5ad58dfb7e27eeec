import Dialects
import Migrator
import TCTerminal
import Transfer

extension OutputOptions {
    /// Runs a command's body. An error that it throws becomes one clear sentence, its JSON and an exit code.
    func guarding(_ body: () async throws -> Void) async throws { try await guarding(Problem.init(_:), body) }
}

extension Problem {
    /// Returns the problem behind an error of a migration or a transfer, for programs that have their own commands.
    package static func ofMigration(_ error: any Error) -> Problem { Problem(error) }

    init(_ error: any Error) {
        switch error {
        case let error as DatabaseError: self.init(error)
        case let error as MigratorError:
            self.init(code: error.code, message: "\(error)", remedy: error.remedy?.words(MigrateProgram.context.name))
            if case .unknownID = error { exitCode = 64 }
            context = Problem.context(of: error)
        case let error as MigrationFailure:
            self.init(
                code: "migration_failed", message: "\(error)", remedy: error.remedy?.words(MigrateProgram.context.name))
            context = [
                ("migration", .string(error.failed)), ("statement", .integer(Int64(error.statement))),
                ("sql", error.cause.statement.map { .string($0) } ?? .null),
                ("kind", .string(error.cause.kind.rawValue)),
                ("database_code", error.cause.code.map { .string($0) } ?? .null),
                ("ending", .string(error.ending.rawValue)),
                ("applied", .array(error.applied.map { .string($0) })),
            ]
            if let leftover = error.leftover { context.append(("leftover", .string(leftover))) }
            if let step = error.dataStep { context.append(("data_step", .string(step))) }
        case let error as LoweringError:
            self.init(code: "not_possible_here", message: "\(error.place): \(error.reason)", remedy: error.remedy)
        case let error as TransferError:
            self.init(code: error.code, message: error.message, remedy: error.remedy)
            exitCode = Problem.exitCode(of: error)
            context = Problem.context(of: error)
        case let error as UnfinishedTransfer:
            self.init(code: error.code, message: "\(error)", remedy: error.remedy)
        case let error as SchemaTransferError:
            self.init(code: error.code, message: "\(error)", remedy: error.remedy())
        case let error as DraftRefusal:
            self.init(
                code: error.code, message: error.message, remedy: error.remedy(MigrateProgram.context.name))
            if error.isUsage { exitCode = 64 }
        case let error as Unconfirmed:
            self.init(code: "not_confirmed", message: "\(error)", remedy: error.remedy)
        case let error as TextFile.Failure: self.init(code: "file", message: error.message, remedy: error.remedy)
        case let error as FilesNotWritten: self.init(code: "file", message: error.message, remedy: error.remedy)
        case let error as HistoryError: self.init(code: "bad_history", message: "\(error)", remedy: nil)
        default: self.init(code: "failed", message: "\(error)", remedy: nil)
        }
    }

    /// Returns the exit code for an error. An error about the transfer's instructions is a usage error; one about the
    /// data is not.
    private static func exitCode(of error: TransferError) -> Int32 {
        switch error {
        case .badRule, .rulesForSameEngineCopy, .noSuchTable, .inNeither, .nothingSelected: 64
        case .oneDatabase, .targetNotEmpty, .incompatibleValues, .neverNull, .doesNotFit, .keyNotBuilt, .keysFold,
            .needsApplication, .noSupport, .unfinished, .interrupted, .stopped, .outcomeUnknown, .sourceChanged,
            .otherSource, .planChanged, .madeObjectsGone, .recordGone, .nothingToAbandon, .nothingToReport:
            2
        }
    }

    private static func context(of error: TransferError) -> [(key: String, value: JSON)] {
        switch error {
        case .incompatibleValues(let found), .neverNull(let found):
            [("misfits", .array(found.map { TransferDocument.document($0) }))]
        case .badRule(let line, _, _): [("line", .integer(Int64(line)))]
        case .keysFold(let found): [("keys", .array(found.map { TransferDocument.document($0) }))]
        case .oneDatabase, .rulesForSameEngineCopy, .targetNotEmpty, .noSuchTable, .inNeither, .nothingSelected,
            .doesNotFit, .keyNotBuilt, .needsApplication, .noSupport, .unfinished, .interrupted, .stopped,
            .outcomeUnknown, .sourceChanged, .otherSource, .planChanged, .madeObjectsGone, .recordGone,
            .nothingToAbandon, .nothingToReport:
            []
        }
    }

    private static func context(of error: MigratorError) -> [(key: String, value: JSON)] {
        switch error {
        case .dataLoss(let id, let hazards), .rowsInTheWay(let id, let hazards):
            let items = hazards.map { measured in
                JSON.object([
                    ("table", .string(measured.hazard.table)),
                    ("column", measured.hazard.column.map { .string($0) } ?? .null), ("rows", .integer(measured.rows)),
                    ("examples", .array(measured.examples.map { .string($0) })),
                ])
            }
            return [("migration", .string(id)), ("hazards", .array(items))]
        case .changed(let migrations): return [("migrations", .array(migrations.map { .string($0.id) }))]
        case .editMatters(let ids, _), .newer(let ids), .behind(let ids):
            return [("migrations", .array(ids.map { .string($0) }))]
        case .unknownID(let id, _), .notApplied(let id), .irreversible(let id, _), .cannotLower(let id, _, _),
            .unknownRow(let id, _), .outOfOrder(let id, _), .orderMatters(let id, _, _), .partlyReplaced(let id, _),
            .replacesOthers(let id, _):
            return [("migration", .string(id))]
        case .otherSchema(_, let differences, _):
            return [("differences", .array(differences.map { .string($0.description) }))]
        case .notFirst(let id): return [("migration", .string(id))]
        case .inTransaction, .drifted, .nothingThere: return []
        case .stopped(let done, let error):
            return context(of: error) + [("applied", .array(done.map { .string($0) }))]
        }
    }
}
