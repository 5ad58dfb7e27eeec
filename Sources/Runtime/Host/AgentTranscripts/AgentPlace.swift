import Dialects
import TCSettings

/// The place where an agent that works in one directory keeps its transcripts. A path is the list of names below the agent's
/// root.
struct AgentPlace {
    let agent: AgentTranscript
    /// The directory as the agent's own process sees it: absolute, without links.
    let directory: String

    enum Lead: Equatable {
        case yes, no
        /// The folder leads to transcripts of the directory if this file in the folder names the directory.
        case whenNamed(in: String)
    }

    /// Returns whether transcripts of the directory may be in this folder or below it.
    func leads(_ path: [String]) -> Lead {
        switch agent {
        case .claude: path.count == 1 && Self.claudeNames(of: directory).contains(path[0]) ? .yes : .no
        // Codex has folders for the year, the month and the day.
        case .codex: path.count <= 3 ? .yes : .no
        case .gemini where path.count == 1:
            path[0] == SHA256.hexadecimal(of: directory.utf8) ? .yes : .whenNamed(in: ".project_root")
        case .gemini: path.count == 2 && path[1] == "chats" ? .yes : .no
        }
    }

    /// Returns whether a file in such a folder is a transcript.
    func isTranscript(_ path: [String]) -> Bool {
        guard let name = path.last else { return false }
        switch agent {
        // Transcripts of the agent's helpers are not part of the session's conversation.
        case .claude: return path.count == 2 && name.hasSuffix(".jsonl") && !name.hasPrefix("agent-")
        case .codex: return name.hasSuffix(".jsonl")
        case .gemini: return path.count == 3 && name.hasSuffix(".json")
        }
    }

    /// Whether the first line of a transcript names its directory.
    var isToldByFirstLine: Bool {
        switch agent {
        case .claude, .gemini: false
        case .codex: true
        }
    }

    /// Returns whether a transcript with this first line belongs to the directory.
    func holds(firstLine: String) -> Bool {
        switch agent {
        case .claude, .gemini: return true
        case .codex:
            let line = JSON(ofAgent: firstLine)
            return line?["type"]?.text == "session_meta" && line?["payload"]?["cwd"]?.text == directory
        }
    }

    /// Returns the names that Claude may give to a folder for the directory. It replaces everything but letters and digits;
    /// earlier versions replaced less.
    private static func claudeNames(of directory: String) -> Set<String> {
        let isPlain: (UInt16) -> Bool = { unit in
            UInt8(exactly: unit).map { Character(UnicodeScalar($0)).isASCIILetterOrDigit } ?? false
        }
        let dash = UInt16(UInt8(ascii: "-"))
        return [
            String(decoding: directory.utf16.map { isPlain($0) ? $0 : dash }, as: UTF16.self),
            String(directory.map { $0 == "/" || $0 == "." ? "-" : $0 }),
            String(directory.map { $0 == "/" ? "-" : $0 }),
        ]
    }
}

extension Character {
    fileprivate var isASCIILetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}
