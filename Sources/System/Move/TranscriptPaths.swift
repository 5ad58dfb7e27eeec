import Dialects
import TCImport
import TCPOSIX
import TCSettings

/// The agents' own transcripts, which stay where they are, counted by whether the path that a session names leads to one.
package struct TranscriptPaths: Sendable, Equatable {
    package var live = 0
    package var dead = 0
    /// The number of transcripts that exist and that the service's user can't read.
    package var unreadable = 0

    /// - Throws: `ImportError` and `DatabaseError`.
    init(of install: ExistingInstall, temporaryFolder: String, reader: ActingAccount?) async throws {
        let options = ConnectionOptions(access: .readOnly, temporaryFolder: temporaryFolder)
        let database = try Database(DatabaseURL(sqlitePath: install.database), options: options)
        let paths = try await database.withConnection { try Self.paths($0) }
        await database.close()
        let there = paths.filter { access($0, F_OK) == 0 }
        (live, dead) = (there.count, paths.count - there.count)
        unreadable = try await reader?.act { there.filter { !Self.mayRead($0) }.count } ?? 0
    }

    private static func paths(_ connection: any Connection) throws -> Set<String> {
        let present = try connection.query("SELECT name FROM pragma_table_info('sessions')").compactMap {
            $0.values[0].text
        }
        var paths: Set<String> = []
        for column in ["native_log_file", "transcript_files"] where present.contains(column) {
            let cursor = try connection.rows("SELECT \(identifier: column) FROM sessions")
            defer { cursor.close() }
            while try cursor.next() {
                guard let text = cursor.raw(0).copied.text else { continue }
                paths.formUnion(column == "native_log_file" ? [text] : list(text))
            }
        }
        return paths.filter { $0.hasPrefix("/") }
    }

    private static func list(_ text: String) -> [String] {
        JSON(parsing: text)?.items?.compactMap(\.text) ?? []
    }

    /// Returns whether the file is readable with the process's effective rights (faccessat(2)).
    private static func mayRead(_ path: String) -> Bool { faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 }
}
