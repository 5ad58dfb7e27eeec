import Dialects
import TCSettings

/// What is backed up, or restored: the daemon's, as its settings say.
struct BackupPlace {
    let stateFolder: String
    private let loaded: LoadedSettings

    init(context: ProcessContext) throws {
        loaded = try Self.load(context)
        stateFolder = try context.stateFolder()
    }

    /// The daemon's user may not read the secrets, which systemd hands to the daemon: he works without them.
    private static func load(_ context: ProcessContext) throws -> LoadedSettings {
        do {
            return try LoadedSettings.load(context, for: .daemon)
        } catch {
            guard error.code == "forbidden", context.uid != 0 else { throw error }
            return try LoadedSettings.load(context, for: .client)
        }
    }

    func database(_ access: ConnectionOptions.Access) throws -> Database {
        try Database(loaded.settings.database, options: ConnectionOptions(access: access))
    }

    /// The first of each name: a person's own file does not belong to the daemon.
    func settings(withSecrets: Bool) -> [String] {
        var seen: Set<Substring> = []
        return loaded.files.filter { path in
            guard withSecrets || !loaded.filesWithSecrets.contains(path) else { return false }
            return seen.insert(path.split(separator: "/").last ?? "").inserted
        }
    }

    /// What does not come along.
    var remarks: [String] {
        loaded.filesWithSecrets.sorted().map { "a secret stands in \($0): see --with-secrets" }
    }
}
