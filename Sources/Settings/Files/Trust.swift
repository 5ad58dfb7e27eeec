import TCPOSIX

/// The accounts that a file may come from, by the rule of ssh: only root and the reader may be able to change what is read
/// (`safe_path` in OpenSSH's misc.c checks the file and every folder above it).
struct Trust: Sendable {
    var reader: UInt32
    /// The subject that somebody else could change, in the words of an objection.
    var subject = "the settings"

    /// Returns the reason why the file or folder can't be trusted; `nil` if it can.
    func objection(to path: String, _ facts: FileFacts) -> SettingsError? {
        guard facts.owner == 0 || facts.owner == reader else {
            return SettingsError(
                .foreignOwner, at: path, "this belongs to uid \(facts.owner), who could change \(subject)",
                remedy: "give it to root or to uid \(reader), who reads it")
        }
        // A link's folder decides who may change the link. In a sticky folder (/tmp), nobody can replace another account's
        // file.
        let isSticky = facts.kind == .folder && facts.mode & 0o1000 != 0
        guard facts.kind == .link || facts.mode & 0o022 == 0 || isSticky else {
            return SettingsError(
                .writableByOthers, at: path, "others may write to this, and could change \(subject)",
                remedy: "chmod go-w \(path.shellWord)")
        }
        return nil
    }

    /// Checks every folder and every link on the way.
    ///
    /// - Throws: The first objection.
    func check(_ way: PathWalk) throws(SettingsError) {
        for step in way.steps where step.facts.kind == .folder || step.facts.kind == .link {
            if let objection = objection(to: step.path, step.facts) { throw objection }
        }
        // The steps of a path never contain the root folder.
        if let root = try? FileSystem.facts(of: "/"), let objection = objection(to: "/", root) { throw objection }
    }
}

/// Checks the places in which a program keeps its essential files.
package enum TrustedPlace {
    /// Checks that only root and `uid` can change what is at this path, and at the same path with each of the endings (such as
    /// `-wal`). A file that does not exist yet is made by whoever may write to its folder, so the folders are checked.
    ///
    /// - Throws: `SettingsError` if anybody else could change it.
    package static func check(
        _ path: String, endings: [String] = [], for subject: String, by uid: UInt32
    ) throws(SettingsError) {
        let trust = Trust(reader: uid, subject: subject)
        for path in [path] + endings.map({ path + $0 }) {
            let way = try PathWalk(path)
            try trust.check(way)
            guard way.isThere, let last = way.steps.last, last.facts.kind == .file else { continue }
            if let objection = trust.objection(to: last.path, last.facts) { throw objection }
        }
    }
}
