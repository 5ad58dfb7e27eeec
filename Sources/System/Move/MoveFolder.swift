/// The folder for everything that a move needs later: its manifest, the files that it replaced, and the way back. Only root may
/// read it.
struct MoveFolder {
    let installation: Installation

    var path: String { "\(installation.layout.folders.settings)/migration" }
    var manifestPath: String { "\(path)/manifest.json" }
    var wayBackPath: String { "\(path)/ROLLBACK.txt" }

    /// Returns the manifest; `nil` if no move was begun.
    /// - Throws: `MachineError` if the folder is accessible to others than root, or can't be read.
    func manifest() throws(MachineError) -> MoveManifest? {
        let found = try installation.root.look(manifestPath, .text)
        guard case .file(_, let text) = found.kind else { return nil }
        guard found.uid == 0, found.mode & 0o022 == 0, let manifest = text.flatMap(MoveManifest.init(parsing:)) else {
            throw MachineError(
                .badManifest, "\(manifestPath) was not written by a migration",
                remedy: "check it, and move it away")
        }
        return manifest
    }

    /// Writes the manifest, so that no reader sees a partial one.
    func write(_ manifest: MoveManifest) throws(MachineError) {
        try makeFolder()
        try write(manifestPath, Array(manifest.text().utf8))
    }

    func write(_ path: String, _ bytes: [UInt8]) throws(MachineError) {
        let isNew = try installation.root.look(path).kind == .nothing
        try installation.root.write(path, bytes, uid: 0, gid: 0, mode: 0o600, isNew: isNew)
    }

    func makeFolder() throws(MachineError) {
        guard try installation.root.look(path).kind == .nothing else { return }
        try installation.root.makeFolder(path, uid: 0, gid: 0, mode: 0o700)
    }

    /// Removes the folder. The manifest goes first: with it, but without the files that it names, nothing could be taken back or gone on
    /// with, and without it the rest is nothing that anybody needs (`SystemRollback.clear`).
    func remove() throws(MachineError) {
        guard try installation.root.look(path).kind != .nothing else { return }
        try installation.root.remove(manifestPath)
        try installation.root.removeTree(path)
    }

    /// Returns the text that stood at a path before a move was begun: the kept file, or else the present one.
    func original(of path: String, _ manifest: MoveManifest?) throws(MachineError) -> String? {
        let kept = manifest?.files.first { $0.path == path }
        if let kept, kept.before == nil { return nil }
        let place = kept?.before.map { "\(self.path)/\($0)" } ?? path
        guard case .file(_, let text) = try installation.root.look(place, .text).kind else { return nil }
        guard let text else {
            throw MachineError(.unreadable, "\(place) is not the text of a settings file", remedy: "check it")
        }
        return text
    }
}
