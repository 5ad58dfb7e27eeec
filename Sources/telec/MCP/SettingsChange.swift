import TCMCP
import TCSettings

/// The change that is made to an agent's settings.
struct SettingsChange {
    enum Kind: String {
        case added, changed, removed, none
    }

    let file: AgentSettingsFile
    /// The new settings; `nil` if the file is removed.
    let new: String?
    /// TeleClaude's entry as it is written in the settings now, and as it will be; `nil` where there is none.
    private let (before, after): (String?, String?)

    /// - Throws: `SettingsObjection` if the settings can't be read.
    init(_ file: AgentSettingsFile, to new: String?) throws(SettingsObjection) {
        self.file = file
        self.new = new
        before = try file.agent.entry(in: file.text ?? "")
        after = try file.agent.entry(in: new ?? "")
    }

    var kind: Kind {
        if new == file.text { return .none }
        switch (before, after) {
        case (nil, _): return .added
        case (_?, _?): return .changed
        case (_?, nil): return .removed
        }
    }

    /// TeleClaude's entry as it is removed and added, in the form of `diff`. The lines around it are not shown, because these settings hold
    /// secrets of the agent's.
    var lines: [String] {
        guard kind != .none else { return [] }
        return Self.lines(before, "-") + Self.lines(after, "+")
    }

    private static func lines(_ entry: String?, _ sign: String) -> [String] {
        let lines = entry?.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) ?? []
        return lines.map { "\(sign) \(MaskedText.of(String(decoding: $0, as: UTF8.self)))" }
    }
}
