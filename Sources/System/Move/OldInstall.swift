import Dialects
import TCImport
import TCPOSIX
import TCRuntime
import TCSettings

/// An existing single-user install: each of its parts, found or absent.
package struct OldInstall: Sendable {
    package struct Part: Sendable, Equatable {
        package var what: String
        package var path: String
        package var isThere: Bool
        /// The part's further use, or the reason why it is not examined.
        package var note: String
    }

    /// The folder that contains `.teleclaude`.
    package var home: String
    package var data: ExistingInstall
    package var settings: LegacyInstall
    /// The id of the user who owns the databases.
    package var uid: UInt32
    package var parts: [Part]

    package var state: String { "\(home)/.teleclaude" }
    package var checkout: String { Path.folder(of: data.database) }

    /// Searches below a home or a checkout, and respects the old daemon's variables that name files.
    ///
    /// - Throws: `ImportError` if there is no install, and `MachineError` if a part of it belongs to another user.
    package static func find(in folder: String, _ context: ProcessContext) throws -> OldInstall {
        let folder = Path.plain(folder)
        let uid = try owner(of: try ExistingInstall.find(in: folder).database, in: folder)
        let data = try ExistingInstall.find(in: folder, home: Account.of(uid: uid)?.home)
        let checkout = Path.folder(of: data.database)
        let home =
            [folder, Path.folder(of: checkout)].first { isThere("\($0)/.teleclaude") } ?? Path.folder(of: checkout)
        let named = { (name: String) in
            context.environment[name].flatMap { $0.isEmpty ? nil : context.absolute($0) }
        }
        let settings = try LegacyInstall(
            checkout == folder ? checkout : folder, dotenv: named("TELECLAUDE_ENV_PATH"),
            config: named("TELECLAUDE_CONFIG_PATH"))
        var install = OldInstall(
            home: home, data: data, settings: settings, uid: uid, parts: [])
        if let events = data.events { _ = try owner(of: events, in: folder) }
        install.parts = install.inventory
        return install
    }

    /// Returns the owner of a database. A link is refused: through it, one person's sessions could be given to another.
    private static func owner(of path: String, in folder: String) throws(MachineError) -> UInt32 {
        var (file, place) = (stat(), stat())
        guard lstat(path, &file) == 0, stat(folder, &place) == 0 else { throw .ofCall("\(path) can't be looked at") }
        guard UInt32(file.st_mode) & UInt32(S_IFMT) == UInt32(S_IFREG) else {
            throw MachineError(
                .foreignFile, "\(path) is a symbolic link, and not followed",
                remedy: "name the folder that holds the file itself with --from, or move the file there")
        }
        guard file.st_uid == place.st_uid else {
            throw MachineError(
                .foreignFile, "\(path) belongs to uid \(file.st_uid), and \(folder) to uid \(place.st_uid)",
                remedy: "name the home of the data's owner with --from, or give the file to that owner")
        }
        return file.st_uid
    }

    private var inventory: [Part] {
        let checkout = checkout
        func part(_ what: String, _ path: String, _ note: String) -> Part {
            Part(what: what, path: path, isThere: Self.isThere(path), note: note)
        }
        let wal = "\(data.database)-wal"
        let walNote = SQLiteWALDamage(ofWALAt: wal).map { "transferred; \($0)" } ?? "its contents are transferred"
        let people = settings.people.map { part("settings of \($0.folder)", $0.file, "split into the layers") }
        return [
            part("database", data.database, "transferred"),
            part("its -wal", wal, walNote),
            part("events", data.events ?? "\(state)/events.db", "transferred into the same database"),
            part("lock", "\(checkout)/teleclaude.pid", "held while this runs"),
            part("settings", settings.config ?? "\(checkout)/config.yml", "split into the layers"),
            part("experiments", settings.experiments ?? "\(checkout)/experiments.yml", "split into the layers"),
            part("secrets", settings.dotenv ?? "\(checkout)/.env", dotenvNote),
            part("global settings", settings.global ?? "\(state)/teleclaude.yml", "split into the layers"),
        ] + people + [
            part("keys of the sandbox", settings.credentials ?? "\(state)/credentials/ai.json", "to secrets.yml"),
            part("documents", "\(state)/docs", "copied for everybody"),
            part("project settings", "\(checkout)/teleclaude.yml", "stays: it is the project's"),
            part("list of projects", "\(state)/projects.yaml", "stays: its paths are one user's"),
            part("state of its programs", "\(state)/state", "stays"),
        ]
    }

    private var dotenvNote: String {
        let link = "\(state)/.env"
        guard settings.dotenv != link, Self.isThere(link) else { return "to secrets.yml and config.yml" }
        return Self.isSame(link, settings.dotenv)
            ? "read once: \(link) also leads to it" : "\(link) is another file, and not read"
    }

    private static func isSame(_ path: String, _ other: String?) -> Bool {
        var (status, otherStatus) = (stat(), stat())
        guard let other, stat(path, &status) == 0, stat(other, &otherStatus) == 0 else { return false }
        return status.st_dev == otherStatus.st_dev && status.st_ino == otherStatus.st_ino
    }

    private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
