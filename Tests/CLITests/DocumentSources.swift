import Foundation
import TestSupport
import Testing

/// The keys and the error codes that the sources write out.
enum DocumentSources {
    /// Returns the files of a module that make JSON documents.
    static func files(in module: String) throws -> [String] {
        let folder = TestSources.root.appendingPathComponent("Sources/\(module)").path
        // Lines of a recording, a tool's result, and a message of the agents' protocol.
        let others = ["ShownRecording.swift", "LocalStart.swift", "RelayedAnswer.swift"]
        return try FileManager.default.subpathsOfDirectory(atPath: folder).map { "\(module)/\($0)" }.filter { file in
            guard file.hasSuffix(".swift"), !others.contains(where: { file.hasSuffix($0) }) else { return false }
            return try TestSources.text(of: "Sources/\(file)").contains(".object(")
        }
    }

    /// Returns the keys of members: `("name", .string(…))`. The columns of a table for people have the same form.
    static func keys(in files: [String]) throws -> Set<String> {
        Set(
            try files.flatMap { file in
                try TestSources.text(of: "Sources/\(file)")
                    .matches(of: /\(\s*"([a-z][a-z_]*)",\s*(?!\.left|\.right)[^\s]/).map { String($0.1) }
            })
    }

    static func codes() throws -> Set<String> {
        var codes: Set<String> = []
        // A property `code` that switches over an error's cases. What stands behind `??` is never reached.
        for file in [
            "Migrator/MigratorError.swift", "Migrator/Drafting/DraftRefusal.swift", "Transfer/TransferError.swift",
            "Transfer/IntoSchema/SchemaTransferError.swift", "Dialects/Database/UnfinishedTransfer.swift",
        ] {
            let body = try text(of: file, from: "var code: String {", to: "\n    }\n")
            let lines = body.split(separator: "\n").filter { !$0.contains("??") }
            codes.formUnion(lines.flatMap { $0.matches(of: /"([a-z_]+)"/).map { String($0.1) } })
        }
        for file in ["Runtime/RuntimeError.swift", "Settings/SettingsError.swift", "System/Machine/MachineError.swift"]
        {
            let body = try text(of: file, from: "enum Code: String", to: "\n    }\n")
            codes.formUnion(body.matches(of: /case (\w+)(?: = "(\w+)")?/).map { String($0.2 ?? $0.1) })
        }
        for file in ["MigrateCommand/MigrationProblem", "telec/Problems", "Terminal/CommandEnd"] {
            let text = try TestSources.text(of: "Sources/\(file).swift")
            codes.formUnion(text.matches(of: /code: "(\w+)"/).map { String($0.1) })
        }
        for module in ["Import", "Backup"] {
            let folder = TestSources.root.appendingPathComponent("Sources/\(module)").path
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name.hasSuffix(".swift") {
                let text = try TestSources.text(of: "Sources/\(module)/\(name)")
                codes.formUnion(text.matches(of: /(?:Import|Backup)Error\(\s*"(\w+)"/).map { String($0.1) })
            }
        }
        return codes
    }

    /// Returns what stands between two texts in a file; it is a fault if the first is not there.
    private static func text(of file: String, from start: String, to end: String) throws -> String {
        let parts = try TestSources.text(of: "Sources/\(file)").components(separatedBy: start)
        try #require(parts.count == 2, "\(file)")
        return parts[1].components(separatedBy: end)[0]
    }
}
