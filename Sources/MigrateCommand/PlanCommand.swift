import ArgumentParser
import Dialects
import Migrator
import TCTerminal

struct PlanCommand: AsyncParsableCommand {
    enum DialectName: String, ExpressibleByArgument, CaseIterable {
        case sqlite, postgresql

        var dialect: any Dialect {
            switch self {
            case .sqlite: SQLiteDialect()
            case .postgresql: PostgreSQLDialect()
            }
        }
    }

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "plan", abstract: "Print the SQL of migrations, without a database.",
            usage: "\(MigrateProgram.context.name) plan [<options>]",
            discussion: """
                The script runs unchanged in sqlite3 or psql, and stops at the first error. It is written for a database \
                that holds only what the migrations declare. It also stops where a migration runs Swift, and where it \
                would lose a trigger, an index or a right that an earlier migration's SQL may have made.

                EXAMPLES:
                  \(MigrateProgram.context.name) plan | sqlite3 new.db
                  \(MigrateProgram.context.name) plan --dialect postgresql --from 0001-single-user-tables
                  \(MigrateProgram.context.name) plan --down --to none
                """)
    }

    @Option(help: "Print SQL for this kind of database.") var dialect: DialectName = .sqlite
    @Option(help: ArgumentHelp("Begin after this migration ('none': at the beginning).", valueName: "id")) var from:
        String?
    @Option(help: ArgumentHelp("End with this migration; with --down, it stays.", valueName: "id")) var to: String?
    @Flag(help: "Print the SQL that undoes the migrations.") var down = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding {
            let history = try MigrateProgram.history()
            let plan = try down ? planDown(history) : planUp(history)
            let dialect = dialect.dialect
            let steps = try plan.scriptSteps(in: dialect, history, version: MigrateProgram.context.version)
            output.showScript(document(steps, plan)) { dialect.script(steps).trimmingNewline() }
            if !output.json { for (step, script) in zip(plan.steps, steps) { note(step, script) } }
        }
    }

    /// Says where the script stops.
    private func note(_ step: Plan.Step, _ script: ScriptStep) {
        let direction = step.direction.rawValue
        if let obstacle = script.obstacle {
            Console.error("\(step.id): the script stops, because \(obstacle); \(direction) keeps it")
        }
        for name in step.dataSteps {
            Console.error(
                "\(step.id): the script stops at the data step \"\(name)\", which is Swift; \(direction) runs it")
        }
    }

    private func planUp(_ history: History) throws -> Plan {
        let applied = try history.count(upTo: from)
        if let from, let to, try history.count(upTo: to) < applied {
            throw ValidationError(
                "\(to) comes before \(from): exchange --from and --to, or pass --down to undo what follows \(to).")
        }
        return try history.planUp(applied: applied, to: to)
    }

    private func planDown(_ history: History) throws -> Plan {
        let applied = try from.map { try history.count(upTo: $0) } ?? history.migrations.count
        let target: DownTarget = to.map { $0 == "none" ? .none : .to($0) } ?? .steps(1)
        return try history.planDown(applied: applied, target)
    }

    private func document(_ steps: [ScriptStep], _ plan: Plan) -> JSON {
        let items = zip(plan.steps, steps).map { step, script in
            JSON.object(
                [
                    ("id", .string(step.id)), ("direction", .string(step.direction.rawValue)),
                    ("sql", .array(script.statements.map { .string($0) })),
                ] + JSON.dataSteps(step.dataSteps) + JSON.online(!script.alone.isEmpty))
        }
        return .object([
            ("version", .integer(1)), ("dialect", .string(dialect.rawValue)), ("migrations", .array(items)),
        ])
    }
}

extension Omission {
    /// The omitted object, and the reason.
    var line: String { "\(kind.rawValue) \(name): \(reason)" }
}

extension Schema {
    /// Notes on the columns that `requiringKeys` changes.
    var notesOnKeys: [String] { nullableKeys.map { "\($0) is required, since it is in the primary key" } }
}

extension String {
    fileprivate func trimmingNewline() -> String { hasSuffix("\n") ? String(dropLast()) : self }
}

struct InspectCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case swift, sql, json }

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "inspect", abstract: "Read any database back as a schema. Changes nothing.",
            discussion: """
                swift is a file that compiles, sql is the database's own SQL, json is for programs.

                EXAMPLES:
                  \(MigrateProgram.context.name) inspect shop.db
                  \(MigrateProgram.context.name) inspect postgresql://app@db.example.org/app --format sql
                """)
    }

    @Argument(help: ArgumentHelp("The database.", valueName: "url"), completion: .file()) var url: String
    @Option(help: "The format to print.") var format: Format = .swift
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding {
            let (inspection, dialect) = try await Self.read(url) { try LiveSchema.inspect($0) }
            switch output.json ? .json : format {
            case .json: Console.document(SchemaAsJSON.render(inspection))
            case .swift: Console.source(SchemaAsSwift.render(inspection.schema.requiringKeys, importing: "Migrator"))
            case .sql: Console.source(try sql(inspection.schema, in: dialect))
            }
            guard !output.json else { return }
            for thing in inspection.omitted { Console.error("not shown: \(thing.line)") }
            if let remark = inspection.remarkOnSerials(of: inspection.schema.tables) {
                Console.error("note: \(remark)")
            }
            if let remark = inspection.remarkOnLedger { Console.error("note: \(remark)") }
            guard format == .swift else { return }
            for note in inspection.schema.notesOnKeys { Console.error("note: \(note)") }
        }
    }

    /// Reads a database that a user names, and changes nothing.
    static func read(
        _ url: String, _ inspect: @escaping @Sendable (any Connection) throws -> Inspection
    ) async throws -> (inspection: Inspection, dialect: any Dialect) {
        let database = try Database.open(url, .readOnly)
        let inspection = try await database.withConnection { try inspect($0) }
        await database.close()
        return (inspection, database.dialect)
    }

    private func sql(_ schema: Schema, in dialect: any Dialect) throws -> String {
        let construction = try dialect.construct(schema)
        let statements = construction.tables + construction.afterLoad.map(\.statement)
        return statements.map(SQLText.terminated).joined(separator: "\n")
    }
}
