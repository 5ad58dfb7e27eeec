import Dialects
import TCImport
import TCPOSIX
import TCSettings
import TCSystem

/// The daemon's data that is backed up or restored, found through the daemon's settings.
struct BackupPlace {
    let stateFolder: String
    private let loaded: LoadedSettings
    /// Whether the settings were loaded without the secrets, which this user can't read.
    private let lacksSecrets: Bool

    init(context: ProcessContext) throws {
        (loaded, lacksSecrets) = try Self.load(context)
        stateFolder = try context.stateFolder()
    }

    /// Loads the settings, without the secrets where this user can't read them. systemd hands the secrets to the daemon, and the
    /// daemon's user may not read their files.
    private static func load(_ context: ProcessContext) throws -> (LoadedSettings, Bool) {
        do {
            return (try LoadedSettings.load(context, for: .daemon), false)
        } catch {
            guard error.code == .forbidden, context.uid != 0 else { throw error }
            return (try LoadedSettings.load(context, for: .client), true)
        }
    }

    /// Runs `body`. Where the server asks for a password, and this user can't read the settings' one, the error says who can.
    func withDatabase<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as DatabaseError where lacksSecrets && error.kind == .authentication {
            throw DatabaseError(
                error.kind, error.message, code: error.code,
                remedy: "if database.password is in secrets.yml, which this user may not read, run this as root")
        }
    }

    /// Checks that only root, and the daemon's user who owns the state folder, can change what root writes or reads here. Others may
    /// keep their backups where they like.
    func requireTrusted(_ folder: String) throws {
        guard geteuid() == 0 else { return }
        let daemon = try Self.owner(ofFolder: stateFolder, for: "the recordings")?.uid ?? 0
        try TrustedPlace.check(ProcessContext.process.absolute(folder), for: "the backup", by: daemon)
    }

    func database(_ access: ConnectionOptions.Access) throws -> Database {
        try Database(loaded.settings.database, options: ConnectionOptions(access: access))
    }

    /// Returns the database to be filled, and the account whose rights root takes on for that. A SQLite file is filled by the owner of its
    /// folder, who could otherwise lead root elsewhere with a link. Where `telec system install --database` has made roles, the tables'
    /// owner fills them, because the daemon's own role can't. Root itself connects where the service is not installed, and where the URL
    /// names a role that the installer has not made.
    func filling(_ access: ConnectionOptions.Access) async throws -> (Database, ActingAccount?) {
        let url = loaded.settings.database
        guard geteuid() == 0 else { return (try database(access), nil) }
        if let path = url.filePath {
            return (try database(access), try Self.owner(ofFolder: Path.folder(of: path), for: "the database"))
        }
        guard case .postgresql(let parameters) = url.target,
            let installation = try? SystemOptions.installation(in: nil), let machine = try? installation.look()
        else { return (try database(access), nil) }
        let filling = await FillingAccess(to: url, installation, machine)
        guard filling.url != url || parameters["user"] == nil else { return (try database(access), nil) }
        return (try Database(filling.url, options: ConnectionOptions(access: access)), filling.account)
    }

    /// Returns the account that owns a folder; `nil` if root does, or if there is no such folder.
    ///
    /// - Throws: `SettingsError` if anybody else could put another folder in its place. What is done there as root, or as that account,
    ///   would be done where they like.
    private static func owner(
        ofFolder path: String, for subject: String
    ) throws(SettingsError) -> ActingAccount? {
        var facts = stat()
        let uid = stat(path, &facts) == 0 ? facts.st_uid : 0
        // A folder that was exchanged since then belongs to the account, or the way to it is refused.
        if path.hasPrefix("/") { try TrustedPlace.check(path, for: subject, by: uid) }
        return uid == 0 ? nil : ActingAccount(uid: uid, gid: facts.st_gid, temporaryFolder: "/tmp")
    }

    /// Returns the settings files to back up, the first of each name. A person's own file does not belong to the daemon and is
    /// left out.
    func settings(withSecrets: Bool) -> [String] {
        var seen: Set<String> = []
        return loaded.files.filter { path in
            guard withSecrets || !loaded.filesWithSecrets.contains(path) else { return false }
            return seen.insert(Path.name(of: path)).inserted
        }
    }

    /// Returns sentences about the files that contain secrets, which a backup includes only if asked to.
    func remarks(withSecrets: Bool) -> [String] {
        loaded.filesWithSecrets.sorted().map { path in
            withSecrets
                ? "\(path) contains a secret: let nobody else read the backup"
                : "\(path) contains a secret: see --with-secrets"
        }
    }
}
