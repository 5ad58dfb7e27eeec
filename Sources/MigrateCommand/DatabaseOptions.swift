import ArgumentParser
import Dialects
import TCTerminal

/// The options that select a command's database.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: [.customShort("d"), .long],
        help: ArgumentHelp("The database to use. Default: TC_DATABASE_URL\(otherwise).", valueName: "url"))
    var database: String?

    private static var otherwise: String {
        MigrateProgram.context.defaultDatabase.map { ", else \($0.summary)" } ?? ""
    }

    @Option(help: ArgumentHelp("Wait this long for a lock that another program holds.", valueName: "seconds"))
    var lockTimeout: Double = 60

    @Flag(
        name: .shortAndLong,
        help:
            "Name the database even with --json. up and down also name each migration as it begins, and print a dry run's SQL."
    )
    var verbose = false

    func validate() throws {
        guard lockTimeout.isFinite, (0...86_400).contains(lockTimeout) else {
            throw ValidationError("--lock-timeout takes a number of seconds from 0 to 86400.")
        }
    }

    /// Returns the database's URL, and a word for where the URL comes from.
    func url(for use: ConnectionOptions.Access) throws -> (url: DatabaseURL, origin: String) {
        if let database { return (try .named(database, for: use), "--database") }
        if let variable = Console.environment("TC_DATABASE_URL"), !variable.isEmpty {
            return (try .named(variable, for: use), "TC_DATABASE_URL")
        }
        guard let named = MigrateProgram.context.defaultDatabase else {
            throw DatabaseError(
                .invalidURL, "no database is named", remedy: "pass --database URL, or set TC_DATABASE_URL")
        }
        return try named.find()
    }

    /// Opens the project's own database.
    func open(_ access: ConnectionOptions.Access, _ output: OutputOptions) throws -> Database {
        let (url, origin) = try url(for: access)
        if verbose || !output.json { Console.error("database: \(url) (\(origin))") }
        return try open(url, access)
    }

    /// Opens a database whose URL was found before.
    func open(_ url: DatabaseURL, _ access: ConnectionOptions.Access) throws -> Database {
        try Database(
            url,
            options: ConnectionOptions(
                access: access, lockTimeout: lockTimeout, applicationName: MigrateProgram.context.name, isOwned: true,
                temporaryFolder: Console.temporaryFolder))
    }
}
