import Foundation
import Migrator

/// Keeps notes for the clients of its socket. It migrates its database to its own version before it accepts the first
/// connection.
@main
enum NotesServer {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        guard let url = arguments.first, let socket = arguments.dropFirst().first, arguments.count == 2 else {
            log("usage: notes-server DATABASE-URL SOCKET")
            exit(64)
        }
        do {
            try await serve(url, at: socket)
        } catch {
            log("\(error)")
            let remedy = (error as? MigratorError)?.remedy ?? (error as? MigrationFailure)?.remedy
            if let remedy { log("\(remedy)") }
            exit(2)
        }
    }

    private static func serve(_ url: String, at path: String) async throws {
        let database = try Database(
            DatabaseURL(parsing: url), options: ConnectionOptions(access: .create, isOwned: true))
        // If several servers start at once, one migrates and the others wait for it. A database that a later version has
        // migrated is refused, because this version does not know what it holds.
        try await Migrator(history: .notes(), database: database).start(.migrate) { event in
            if case .migration(.finished(let id, _, _)) = event { log("applied \(id)") }
        }
        let socket = try LineSocket(at: path)
        log("serving at \(path)")
        await socket.serve(until: [SIGTERM, SIGINT], Notes(database: database).answer)
        await database.close()
        log("stopped")
    }

    private static func log(_ line: String) {
        FileHandle.standardError.write(Data("notes-server: \(line)\n".utf8))
    }
}
