import Dialects
import TCPOSIX
import TCTerminal

extension DatabaseURL {
    /// Returns the database that a user names. If a file is to be created, its folder must exist: this program creates
    /// a folder only for the default database, and a missing folder in a typed path is probably a typing error. Throws
    /// `DatabaseError`.
    static func named(_ text: String, for use: ConnectionOptions.Access) throws(DatabaseError) -> DatabaseURL {
        let url = try DatabaseURL(parsing: text)
        switch use {
        case .readOnly, .readWrite: break
        case .create:
            guard let path = url.filePath, let slash = path.lastIndex(of: "/"), slash > path.startIndex else { break }
            let folder = String(path[..<slash])
            guard access(folder, F_OK) != 0, errno == ENOENT else { break }
            throw DatabaseError(
                .other, "there is no folder \(folder) for \(path)", remedy: "create it first, or check the path")
        }
        return url
    }
}

extension Database {
    /// Opens the database that a user names, for this program's sessions. Throws `DatabaseError`.
    static func open(
        _ text: String, _ access: ConnectionOptions.Access, isOwned: Bool = false
    ) throws -> Database {
        try Database(
            try .named(text, for: access),
            options: ConnectionOptions(
                access: access, applicationName: MigrateProgram.context.name, isOwned: isOwned,
                temporaryFolder: Console.temporaryFolder))
    }
}
