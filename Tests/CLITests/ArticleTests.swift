import Foundation
import Testing

/// Compiles the code in the documentation catalogues against the built modules, as an independent program would be compiled.
@Suite("the articles of the documentation")
struct ArticleTests {
    static let articles = [
        "Dialects/Dialects.docc/Dialects.md", "Dialects/Dialects.docc/BothDatabases.md",
        "Migrator/Migrator.docc/Migrator.md", "Migrator/Migrator.docc/WritingMigrations.md",
        "Transfer/Transfer.docc/Transfer.md", "Transfer/Transfer.docc/TransferAsALibrary.md",
        "MigrateCommand/MigrateCommand.docc/GettingStarted.md",
    ]

    /// Returns the programs that an article shows. A block with an import begins a program, and the blocks after it continue it.
    private static func programs(in article: String) throws -> [String] {
        let text = try String(contentsOfFile: "\(Built.project)/Sources/\(article)", encoding: .utf8)
        let blocks = text.components(separatedBy: "```swift\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        return blocks.reduce(into: []) { programs, block in
            if block.hasPrefix("import ") || programs.isEmpty {
                programs.append(block)
            } else {
                programs[programs.count - 1] += block
            }
        }
    }

    @Test("its code compiles", arguments: articles)
    func compiles(_ article: String) async throws {
        let programs = try Self.programs(in: article)
        #expect(!programs.isEmpty)
        try await withSandbox { box in
            for program in programs {
                try program.write(toFile: box("main.swift"), atomically: false, encoding: .utf8)
                let isLibrary = program.contains("@main") ? ["-parse-as-library"] : []
                let run = try await box.run(
                    try Program(inPath: "swiftc"),
                    ["-typecheck", "-swift-version", "6", "-warnings-as-errors"] + isLibrary + Built.searchPaths + [
                        box("main.swift")
                    ],
                    timeout: 300)
                #expect(run.code == 0, "\(program)\n\(run)")
            }
        }
    }
}
