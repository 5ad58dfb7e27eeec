/// Whom a file can be trusted to come from, as ssh decides it: nobody but root and the reader may be able to change what is
/// read (`safe_path` in OpenSSH's misc.c checks the file and every folder above it).
struct Trust: Sendable {
    var reader: UInt32

    /// Why the file or the folder can't be trusted; `nil` when it can.
    func objection(to path: String, _ facts: FileFacts) -> SettingsError? {
        guard facts.owner == 0 || facts.owner == reader else {
            return SettingsError(
                "foreign_owner", at: path, "this belongs to uid \(facts.owner), who could change the settings",
                remedy: "give it to root or to uid \(reader), who reads it")
        }
        // In a sticky folder (/tmp) nobody can replace what is another's.
        let isSticky = facts.kind == .folder && facts.mode & 0o1000 != 0
        guard facts.mode & 0o022 == 0 || isSticky else {
            return SettingsError(
                "writable_by_others", at: path, "others may write to this, and could change the settings",
                remedy: "chmod go-w \(path)")
        }
        return nil
    }

    /// Looks at every folder above a file, also where a link leads to. Throws the first objection.
    func checkFolders(above path: String) throws(SettingsError) {
        for path in Set([path, FileSystem.resolved(path)]).sorted() {
            for folder in Trust.folders(above: path) {
                // One that isn't there has nothing in it.
                guard let facts = try? FileSystem.facts(of: folder) else { continue }
                if let objection = objection(to: folder, facts) { throw objection }
            }
        }
    }

    /// `/`, `/etc`, `/etc/teleclaude` for `/etc/teleclaude/config.yml`.
    static func folders(above path: String) -> [String] {
        let parts = path.split(separator: "/").dropLast()
        return ["/"] + parts.indices.map { "/" + parts[...$0].joined(separator: "/") }
    }
}
