import TCPOSIX

/// A settings file that was read and can be trusted.
struct TrustedFile: Sendable {
    var path: String
    var text: String
    var facts: FileFacts

    static let limit = 4_194_304

    /// Reads a file; `nil` if there is none.
    ///
    /// - Throws: `SettingsError` if it can't be read or trusted.
    static func read(
        _ path: String, by reader: UInt32, variable: String = "TELECLAUDE_CONFIG_PATH"
    ) throws(SettingsError) -> TrustedFile? {
        let way = try PathWalk(path)
        guard way.isThere else { return nil }
        let read: (bytes: [UInt8], facts: FileFacts)
        do throws(FileSystem.Failure) {
            read = try FileSystem.read(path, limit: limit)
        } catch {
            throw SettingsError(
                error.isForbidden ? .forbidden : .unreadable, at: path, "this can't be read: \(error)",
                remedy: error.isForbidden
                    ? "let uid \(reader) read it, or name settings of your own with \(variable)"
                    : "check the disk")
        }
        guard read.facts.kind == .file else {
            throw SettingsError(.notAFile, at: path, "this is not a file", remedy: "name a file")
        }
        let trust = Trust(reader: reader)
        if let objection = trust.objection(to: path, read.facts) { throw objection }
        try trust.check(way)
        guard read.bytes.count <= limit else {
            throw SettingsError(
                .tooLarge, at: path, "this is larger than any settings file (4 MiB)", remedy: "name another file")
        }
        guard let text = String(validating: read.bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw SettingsError(.notText, at: path, "this is not UTF-8 text", remedy: "save it as UTF-8")
        }
        // Some editors of other systems write a byte order mark, which says nothing in UTF-8.
        let plain = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        return TrustedFile(path: path, text: plain, facts: read.facts)
    }

    /// A remark for a file with secrets that others can read; `nil` if they can't.
    var remarkIfReadable: Remark? {
        guard facts.mode & 0o044 != 0 else { return nil }
        return Remark(
            "others can read the secrets in this file: chmod 600 \(path.shellWord)", at: path, isFailure: true)
    }
}
