import Foundation
import Testing

/// Tests the compiler's messages for a program that imports Migrator.
@Suite("the DSL in front of the compiler")
struct CompilerTests {
    @Test("what stands in the wrong place is told what to write instead")
    func misplaced() async throws {
        let misuses: [(line: String, message: String)] = [
            (alter("Column(\"a\", .text)"), "write AddColumn(…)"),
            (alter("Column(\"a\", .text).nullable()"), "write AddColumn(…)"),
            (alter("Index(\"a\")"), "write AddIndex(…)"),
            (alter("PrimaryKey(\"a\")"), "write Add(PrimaryKey(…))"),
            (alter("Unique(\"a\")"), "write Add(Unique(…))"),
            (alter("Check(\"a > 0\").named(\"c\")"), "write Add(Check(…))"),
            (alter("ForeignKey(\"a\", to: \"b\")"), "write Add(ForeignKey(…))"),
            (alter("DropTable(\"a\")"), "write it in Migration(…), next to AlterTable(…)"),
            (alter("AddColumn(\"a\", .text); Unique(\"a\")"), "write Add(Unique(…))"),
            (create("AddColumn(\"a\", .text)"), "write Column(…)"),
            (create("AddColumn(\"a\", .text).nullable()"), "write Column(…)"),
            (create("AddIndex(\"a\")"), "write Index(…)"),
            (create("Add(Unique(\"a\"))"), "write the key or check without Add(…)"),
            (create("DropColumn(\"a\")"), "belong in AlterTable(…)"),
            (create("ChangeColumn(\"a\").nullable()"), "belong in AlterTable(…)"),
            (create("ChangeColumn(\"a\")"), "belong in AlterTable(…)"),
            (create("CreateView(\"v\", as: \"SELECT 1\")"), "write it in Migration(…)"),
            (migration("Table(\"t\") { Column(\"a\", .text) }"), "write CreateTable(…)"),
            (migration("View(\"v\", as: \"SELECT 1\")"), "write CreateView(…)"),
            (migration("Column(\"a\", .text)"), "write this in CreateTable(…)"),
            (migration("Unique(\"a\")"), "write this in CreateTable(…)"),
            (migration("AddColumn(\"a\", .text)"), "write this in AlterTable(…)"),
            (migration("ChangeColumn(\"a\")"), "AlterTable(…) { ChangeColumn(…).type(…) }"),
            ("_ = Schema { CreateTable(\"t\") { Column(\"a\", .text) } }", "write Table(…)"),
            ("_ = Schema { CreateView(\"v\", as: \"SELECT 1\") }", "write View(…)"),
            ("_ = Schema { DropTable(\"t\") }", "in a Migration(…)"),
            ("_ = try? History { DropTable(\"t\") }", "write this in Migration(…)"),
        ]
        let errors = try await errors(misuses.map(\.line))
        for (at, misuse) in misuses.enumerated() {
            #expect(errors[at]?.contains("is unavailable") == true, "\(misuse.line): \(errors[at] ?? "it compiles")")
            #expect(errors[at]?.contains(misuse.message) == true, "\(misuse.line): \(errors[at] ?? "it compiles")")
        }
    }

    @Test("an alteration that changes nothing does not compile, nor a key or index of no column")
    func nothing() async throws {
        let lines = [
            alter(""), alter("if Bool.random() {}"), alter("for _ in 0..<2 {}"), alter("ChangeColumn(\"a\")"),
            alter("AddIndex()"), alter("Add(Unique())"), alter("Add(PrimaryKey())"),
            create("Column(\"a\", .text).oneOf()"),
            alter("if Bool.random() { ChangeColumn(\"a\") } else { DropColumn(\"a\") }"),
        ]
        let errors = try await errors(lines)
        for (at, line) in lines.enumerated() { #expect(errors[at] != nil, "\(line)") }
    }

    @Test("what stands in its place compiles, with conditions and loops, also where a list is empty")
    func inPlace() async throws {
        let lines = [
            alter("AddColumn(\"a\", .text).nullable(); if Bool.random() { DropColumn(\"b\") }"),
            alter("for name in [\"a\", \"b\"] { DropColumn(name) }"),
            alter("ChangeColumn(\"a\").type(.json).required(filling: .json(\"{}\")).withoutDefault()"),
            alter("Add(Unique(\"a\", \"b\").named(\"u\")); AddIndex(\"a\").unique().where(\"a > 0\").named(\"i\")"),
            create("Column(\"a\", .text).oneOf([\"x\"]); Index(\"a\", .descending(\"b\")); Index(.descending(\"b\"))"),
            create("Column(\"a\", .text).unique(); Unique(\"a\"); Check(\"a > 0\"); Index(\"a\").where(\"a > 0\")"),
            "_ = Schema {}", "_ = try? History {}", migration(""),
        ]
        #expect(try await errors(lines).isEmpty)
    }

    @Test("every public type is found by its name beside Foundation")
    func unambiguous() async throws {
        let types = try publicTypes(in: "Dialects") + publicTypes(in: "Migrator")
        #expect(types.contains("SchemaOperation") && types.contains("SQLExpression") && types.contains("AddColumn"))
        #expect(try await errors(types.map { "typealias Found = \($0)" }) == [:])
    }

    /// Returns the public types at the top level of a module's files.
    private func publicTypes(in module: String) throws -> [String] {
        let folder = "\(Built.project)/Sources/\(module)"
        return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }.flatMap {
            try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
                .matches(of: /(?m)^(?:@\w+ )?public (?:final )?(?:struct|enum|class|actor|protocol|typealias) (\w+)/)
                .map { String($0.1) }
        }
    }

    private func alter(_ body: String) -> String { "_ = AlterTable(\"t\") { \(body) }" }
    private func create(_ body: String) -> String { "_ = CreateTable(\"t\") { \(body) }" }
    private func migration(_ body: String) -> String { "_ = Migration(\"1\") { \(body) }" }

    /// Compiles `lines` in a program that imports Foundation and Migrator, and returns the compiler's errors by the line's index.
    private func errors(_ lines: [String]) async throws -> [Int: String] {
        try await withSandbox { box in
            let functions = lines.enumerated().map { "func f\($0.offset)() { \($0.element) }\n" }
            let source = "import Foundation; import Migrator\n" + functions.joined()
            try source.write(toFile: box("program.swift"), atomically: false, encoding: .utf8)
            let run = try await box.run(
                try Program(inPath: "swiftc"),
                ["-typecheck", "-swift-version", "6"] + Built.searchPaths + [box("program.swift")])
            var errors: [Int: String] = [:]
            for match in run.error.matches(of: /program\.swift:(\d+):\d+: error: (.+)/) {
                let line = try #require(Int(match.1))
                errors[line - 2, default: ""] += match.2 + "\n"
            }
            #expect(errors.isEmpty == (run.code == 0), "\(run)")
            return errors
        }
    }
}
