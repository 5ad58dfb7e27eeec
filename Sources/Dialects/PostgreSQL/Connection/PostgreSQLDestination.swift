import TCPOSIX
import TCPostgreSQL

/// The server, the user and the database of a connection, as libpq has put them together from the URL, the environment and a service.
struct PostgreSQLDestination {
    var host = ""
    var port = ""
    var user = ""
    var database = ""
}

extension PostgreSQLDestination {
    init(of handle: OpaquePointer) {
        func text(_ letters: UnsafeMutablePointer<CChar>?) -> String { letters.map { String(cString: $0) } ?? "" }
        self.init(
            host: text(PQhost(handle)), port: text(PQport(handle)), user: text(PQuser(handle)),
            database: text(PQdb(handle)))
    }

    /// The command that creates the database. It asks for the password, if there is one.
    var createdb: String { command("createdb", as: user, database) }

    /// The command that creates the user.
    var createuser: String { command("createuser", as: "", user) }

    private func command(_ program: String, as user: String, _ name: String) -> String {
        let options = [("-h", host), ("-p", port), ("-U", user)].filter { !$0.1.isEmpty }.flatMap { [$0.0, $0.1] }
        // Behind `--`, a name that begins like an option is a name.
        let words = [program] + options + (name.hasPrefix("-") ? ["--", name] : [name])
        return words.map(\.shellWord).joined(separator: " ")
    }
}
