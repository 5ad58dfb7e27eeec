import Dialects
import FoundationEssentials

/// The files in which an agent has written down a session, as the existing install's programs know them: those before in
/// `transcript_files`, oldest first, the present one in `native_log_file`.
struct TranscriptChain: Equatable {
    private(set) var files: [String]
    private(set) var current: String

    /// A host names as many as it likes: those before the last of them are forgotten, so that a row stays one.
    static let longest = 64

    /// The files that a row names. A list that can't be read counts as empty.
    init(files text: String?, current: String?) {
        files = text.flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) } ?? []
        self.current = current ?? ""
    }

    /// The same with another file as the present one, however often it was before.
    func moved(to path: String) -> TranscriptChain {
        var chain = self
        if !current.isEmpty, !files.contains(current) { chain.files.append(current) }
        chain.files.removeAll { $0 == path }
        chain.current = path
        chain.files.removeFirst(max(0, chain.files.count - Self.longest))
        return chain
    }

    /// `transcript_files`
    var filesText: String { JSON.array(files.map { .string($0) }).canonical() }

    /// `native_session_id`: the present file's name without its ending.
    var nativeID: String {
        let name = current.split(separator: "/").last ?? ""
        return String(name.lastIndex(of: ".").map { name[..<$0] } ?? name)
    }
}
