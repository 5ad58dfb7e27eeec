import Foundation

@testable import Dialects

/// Databases for the inspectors' tests, in memory or as files beside the tests.
enum InspectorFixture {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static var tortures: [String] {
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("torture").path)
        return (files ?? []).filter { $0.hasSuffix(".sql") }.sorted()
    }

    static func torture(_ name: String) throws -> Inspection {
        try inspect(String(contentsOf: folder.appendingPathComponent("torture/\(name)"), encoding: .utf8))
    }

    static func memory(_ script: String) throws -> any Connection {
        let connection = try SQLiteDriver(path: ":memory:", options: ConnectionOptions(access: .create)).connect()
        try connection.executeScript("PRAGMA foreign_keys = OFF;\n" + script)
        return connection
    }

    /// Inspects a database in memory that the script makes.
    static func inspect(_ script: String) throws -> Inspection {
        let connection = try memory(script)
        defer { connection.close() }
        return try SQLiteInspector.inspect(connection)
    }

    static func inspectFile(_ name: String) throws -> Inspection {
        let path = folder.appendingPathComponent(name).path
        let connection = try SQLiteDriver(path: path, options: ConnectionOptions(access: .readOnly)).connect()
        defer { connection.close() }
        return try SQLiteInspector.inspect(connection)
    }
}
