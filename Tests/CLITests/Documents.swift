import Foundation
import Testing

// The JSON documents, decoded as another program would read them: a missing key or one of another type is an error.

struct StatusDocument: Decodable {
    struct Line: Decodable {
        var id: String
        var state: String
        var appliedAt: String?
        var durationMs: Int?
    }

    var version: Int
    var position: String
    var outOfOrder: [String]
    var migrations: [Line]
}

struct MigrationsDocument: Decodable {
    struct Step: Decodable {
        var id: String
        var direction: String
        var durationMs: Int?
        var sql: [String]?
    }

    var version: Int
    var dryRun: Bool?
    var dialect: String?
    var migrations: [Step]
    var hazards: [String]?
}

struct DriftDocument: Decodable {
    var version: Int
    var drift: Bool
    var differences: [String]
}

struct TransferDocument: Decodable {
    struct Table: Decodable {
        var name: String
        var sourceRows: Int
        var targetRows: Int
        var quarantined: Int
        var nulled: [Nulled]
    }

    struct Nulled: Decodable {
        var column: String
        var values: Int
    }

    struct Rename: Decodable, Equatable {
        var kind: String
        var from: String
        var to: String
    }

    struct IncompatibleValues: Decodable {
        var table: String
        var column: String
        var type: String
        var policy: String
        var reason: String
        var values: Int
        var examples: [String]
    }

    struct Omission: Decodable {
        var kind: String
        var name: String
        var reason: String
    }

    private enum CodingKeys: String, CodingKey {
        case version, verdict, tables, renames, misfits, proposedRules
        case omitted = "notCarried"
    }

    var version: Int
    var verdict: String
    var tables: [Table]
    var omitted: [Omission]
    var renames: [Rename]
    var misfits: [IncompatibleValues]
    var proposedRules: String?
}

struct ErrorDocument: Decodable {
    struct Problem: Decodable {
        struct Context: Decodable {
            var migration: String?
            var statement: Int?
            var dataStep: String?
            var sql: String?
            var kind: String?
            var applied: [String]?
            var line: Int?
            var misfits: [TransferDocument.IncompatibleValues]?
        }

        var code: String
        var message: String
        var remedy: String?
        var context: Context
    }

    var version: Int
    var error: Problem
}

extension Run {
    /// Decodes standard output as a single document.
    func document<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(output.utf8))
    }

    /// Returns the names of the document's top-level members.
    func keys() throws -> Set<String> {
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        return Set(try #require(object).keys)
    }
}

/// Expects a refusal: the exit code, a sentence on standard error that names the problem and its remedy, and with `--json` a
/// document that says the same.
func expectRefusal(
    _ run: Run, _ code: Int32 = 2, saying words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(run.ending == .exit(code), "\(run)", sourceLocation: sourceLocation)
    let lines = run.error.split(separator: "\n").filter { !$0.hasPrefix("database: ") }
    #expect(lines.count == 1 && lines[0].hasPrefix("error: "), "\(run)", sourceLocation: sourceLocation)
    // A message has the form "problem; remedy".
    #expect(run.error.contains("; "), "no remedy: \(run)", sourceLocation: sourceLocation)
    for word in words { #expect(run.error.contains(word), "\(run)", sourceLocation: sourceLocation) }
}
