import ArgumentParser
import Dialects
import Migrator
import TCTerminal
import Transfer

struct VerifyCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "verify", abstract: "Compare two databases value by value. Changes nothing.",
            usage: "\(MigrateProgram.context.name) verify <source> <target> [<options>]",
            discussion: """
                Either may be SQLite or PostgreSQL. Tables and columns are matched by name, rows by primary key, and values are \
                compared in canonical form: 1.50 and 1.5 are one decimal. Not compared are \
                \(VerificationReport.notLookedAt). Exit code 1 if anything differs.

                EXAMPLES:
                  \(MigrateProgram.context.name) verify shop.db postgresql://app@db.example.org/shop
                  \(MigrateProgram.context.name) verify before.db after.db --json
                  \(MigrateProgram.context.name) verify app.db postgresql:///app --exclude schema_migrations,cache
                """)
    }

    @Argument(help: "One database.", completion: .file()) var source: String
    @Argument(help: "The other database.", completion: .file()) var target: String
    @Option(help: ArgumentHelp("Leave out these tables, separated by commas.", valueName: "a,b"))
    var exclude: [NameList] = []
    @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding {
            let (from, to) = (try Database.open(source, .readOnly), try Database.open(target, .readOnly))
            let isSilent = quiet || output.json
            let report = try await Verification(of: from, against: to, excluding: exclude.names).run { line in
                if !isSilent { Console.error(line) }
            }
            await from.close()
            await to.close()
            output.show(document(report)) { text(report) }
            if !report.isEqual { throw ExitCode(1) }
        }
    }

    private func text(_ report: VerificationReport) -> String {
        var table = TextTable(("TABLE", .left), ("SOURCE ROWS", .right), ("TARGET ROWS", .right), ("VERDICT", .left))
        for line in report.tables {
            table.add(
                line.name, Formatting.count(line.source.rows), Formatting.count(line.target.rows),
                line.isEqual ? "equal" : "MISMATCH")
        }
        var lines = [table.rendered(), ""]
        lines += report.missing
        for line in report.tables {
            lines += line.differences.map { "\(line.name), \(DifferenceText.text($0))" }
        }
        lines += report.notCompared.map { "not compared: \($0)" }
        lines += report.remarks
        lines.append("not compared at all: \(VerificationReport.notLookedAt)")
        let reach = report.notCompared.isEmpty ? "" : ", apart from what was not compared"
        lines.append("verdict: \(report.isEqual ? "equal\(reach)" : "mismatch")")
        return lines.joined(separator: "\n")
    }

    private func document(_ report: VerificationReport) -> JSON {
        let tables = report.tables.map { table in
            JSON.object([
                ("name", .string(table.name)), ("source_rows", .integer(Int64(table.source.rows))),
                ("target_rows", .integer(Int64(table.target.rows))),
                ("source_digest", .string(table.source.hexadecimal)),
                ("target_digest", .string(table.target.hexadecimal)),
                ("differences", .array(table.differences.map(DifferenceText.document))),
            ])
        }
        return .object([
            ("version", .integer(1)), ("verdict", .string(report.isEqual ? "equal" : "mismatch")),
            ("tables", .array(tables)), ("missing", .array(report.missing.map { .string($0) })),
            ("not_compared", .array(report.notCompared.map { .string($0) })),
            ("remarks", .array(report.remarks.map { .string($0) })),
        ])
    }
}
