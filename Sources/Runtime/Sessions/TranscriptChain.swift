import Dialects
import FoundationEssentials
import TCPOSIX

/// The files in which an agent has recorded a session, as the existing install's programs know them: earlier files in
/// `transcript_files`, oldest first, and the present file in `native_log_file`.
struct TranscriptChain: Equatable {
    private(set) var files: [String]
    private(set) var current: String

    /// The largest number of earlier files kept. A host may name any number of files; the oldest are forgotten, so that a row
    /// stays small.
    static let longest = 64

    /// Reads the files that a row names. A list that can't be read counts as empty.
    init(files text: String?, current: String?) {
        files = text.flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) } ?? []
        self.current = current ?? ""
    }

    /// Returns the chain with another file as the present one, even if that file occurred before.
    func moved(to path: String) -> TranscriptChain {
        var chain = self
        if !current.isEmpty, !files.contains(current) { chain.files.append(current) }
        chain.files.removeAll { $0 == path }
        chain.current = path
        chain.files.removeFirst(max(0, chain.files.count - Self.longest))
        return chain
    }

    /// The value of the column `transcript_files`.
    var filesText: String { JSON.array(files.map { .string($0) }).canonical() }

    /// The value of the column `native_session_id`: the present file's name without its extension.
    var nativeID: String {
        let name = Path.name(of: current)
        return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }
}
