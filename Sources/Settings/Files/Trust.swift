/// Whom a file can be trusted to come from, as ssh decides it: nobody but root and the reader may be able to change what is
/// read (`safe_path` in OpenSSH's misc.c checks the file and every folder above it).
struct Trust: Sendable {
    var reader: UInt32
    /// What somebody else could change, in an objection's words.
    var subject = "the settings"

    /// Why the file or the folder can't be trusted; `nil` when it can.
    func objection(to path: String, _ facts: FileFacts) -> SettingsError? {
        guard facts.owner == 0 || facts.owner == reader else {
            return SettingsError(
                "foreign_owner", at: path, "this belongs to uid \(facts.owner), who could change \(subject)",
                remedy: "give it to root or to uid \(reader), who reads it")
        }
        // Who may change a link is its folder's affair. In a sticky folder (/tmp) nobody can replace what is another's.
        let isSticky = facts.kind == .folder && facts.mode & 0o1000 != 0
        guard facts.kind == .link || facts.mode & 0o022 == 0 || isSticky else {
            return SettingsError(
                "writable_by_others", at: path, "others may write to this, and could change \(subject)",
                remedy: "chmod go-w \(path)")
        }
        return nil
    }

    /// Looks at every folder and every link on the way. Throws the first objection.
    func check(_ way: PathWalk) throws(SettingsError) {
        for step in way.steps where step.facts.kind == .folder || step.facts.kind == .link {
            if let objection = objection(to: step.path, step.facts) { throw objection }
        }
        // The root is no part of any path.
        if let root = try? FileSystem.facts(of: "/"), let objection = objection(to: "/", root) { throw objection }
    }
}

/// Places in which a program keeps what it lives by.
public enum TrustedPlace {
    /// Throws `SettingsError` when anybody but root and `uid` could change what is at this path, or what stands beside it under
    /// the same name with an ending (`-wal`). What is not there yet is made by whoever may write to its folder: that is looked at.
    public static func check(
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
