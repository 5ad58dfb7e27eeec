import Dialects

/// An event that tmux reports to a control client (tmux(1), CONTROL MODE).
enum ControlEvent: Equatable {
    /// Bytes that a pane's program wrote.
    case output(pane: String, [UInt8])
    /// The sizes that a window's panes have got, as far as the window shows them.
    case layout([PaneSize])
    /// A command failed; the text is tmux's message.
    case failure(String)
    /// tmux has been through the commands that type bytes, up to this mark (`ControlCommand.typing`).
    case typed(UInt64)
    /// The command's pane (`ControlCommand.askForPane`).
    case pane(String)
    /// The client is attached to its session.
    case started
    /// The server dismisses this client: the session is over, or somebody has detached the client.
    case exit
}

/// The size of a pane, which tmux names by an id such as `%0`.
struct PaneSize: Equatable {
    var pane: String
    var columns: Int
    var rows: Int
}

/// Parses the output of tmux in control mode, line by line.
struct ControlModeReader {
    private var pending: [UInt8] = []
    /// The lines of a command's answer, which come between `%begin` and `%end` or `%error`; `nil` outside of an answer.
    private var answer: [String]?

    mutating func read(_ bytes: some Sequence<UInt8>) -> [ControlEvent] {
        pending += bytes
        var events: [ControlEvent] = []
        var start = pending.startIndex
        while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let event = event(pending[start..<end]) { events.append(event) }
            start = end + 1
        }
        pending.removeFirst(start)
        return events
    }

    private mutating func event(_ line: ArraySlice<UInt8>) -> ControlEvent? {
        if line.starts(with: Array("%output ".utf8)) { return Self.output(line) }
        let text = String(decoding: line, as: UTF8.self)
        let words = text.split(separator: " ").map(String.init)
        switch words.first {
        case "%begin":
            answer = []
            return nil
        case "%end":
            defer { answer = nil }
            if let pane = ControlCommand.pane(in: answer ?? []) { return .pane(pane) }
            return ControlCommand.mark(in: answer ?? []).map { .typed($0) }
        case "%error":
            defer { answer = nil }
            return .failure((answer ?? []).joined(separator: " "))
        case "%session-changed": return .started
        case "%layout-change":
            // The second layout shows one pane alone while that is zoomed. A tmux older than 2.2 does not send it.
            return words.count > 2 ? .layout(Self.sizes(layout: words[words.count > 3 ? 3 : 2])) : nil
        case "%exit": return .exit
        case .some(let word) where answer == nil:
            // Such a line precedes the connection to the server, for example to say that the server can't be reached.
            return word.hasPrefix("%") ? nil : .failure(text)
        case .some, .none:
            answer?.append(text)
            return nil
        }
    }

    /// Decodes `%output %1 text`, in which backslashes and bytes below space are written as `\ooo`.
    private static func output(_ line: ArraySlice<UInt8>) -> ControlEvent? {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(words[2].count)
        var at = words[2].startIndex
        while at < words[2].endIndex {
            let byte = words[2][at]
            let digits = words[2][(at + 1)...].prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (48...55).contains($0) }) {
                result.append(digits.reduce(0) { $0 &<< 3 | ($1 - 48) })
                at += 4
            } else {
                result.append(byte)
                at += 1
            }
        }
        return .output(pane: String(decoding: words[1], as: UTF8.self), result)
    }

    /// Reads the sizes of the panes from a layout such as `0206,80x24,0,0{40x24,0,0,0,39x24,41,0,2}`. Each cell has a size and a
    /// place; then come the number of its pane, or the cells in it.
    private static func sizes(layout: String) -> [PaneSize] {
        let parts = layout.split { ",{}[]".contains($0) }
        return parts.indices.compactMap { at in
            let size = parts[at].split(separator: "x").compactMap { Int($0) }
            guard size.count == 2, at + 3 < parts.count, let pane = Int(parts[at + 3]) else { return nil }
            return PaneSize(pane: "%\(pane)", columns: size[0], rows: size[1])
        }
    }
}

/// The commands that a control client sends.
enum ControlCommand {
    private static let answer = "tc-typed-"
    private static let paneAnswer = "tc-pane-"

    /// Returns the first pane of a session as a target, which was the command's when the session was made.
    static func firstPane(of session: String) -> String { "=\(session):^.0" }

    /// Returns the command that asks for the id of a session's first pane.
    static func askForPane(of session: String) -> String {
        "display-message -p -t \(firstPane(of: session)) '\(paneAnswer)#{pane_id}'\n"
    }

    /// Returns the pane in the lines of an answer; `nil` if it answers another command.
    static func pane(in lines: [String]) -> String? {
        guard lines.count == 1, let line = lines.first, line.hasPrefix("\(paneAnswer)%") else { return nil }
        return String(line.dropFirst(paneAnswer.count))
    }

    /// Returns the commands that type bytes into a pane. tmux answers the last one with the mark, after the answers to the others.
    ///
    /// A pane that shows something of tmux's own (copy mode, the list of windows, a clock) would take the bytes for commands of that
    /// mode, so it leaves its modes first.
    static func typing(_ bytes: [UInt8], into pane: String, mark: UInt64) -> [String] {
        let leave = "if-shell -F -t \(pane) '#{pane_in_mode}' 'copy-mode -q -t \(pane)'\n"
        let keys = stride(from: 0, to: bytes.count, by: 256).map { start in
            send(bytes[start..<min(start + 256, bytes.count)], to: pane)
        }
        return [leave] + keys + ["display-message -p \(answer)\(mark)\n"]
    }

    /// Returns the command that types bytes, each as two hexadecimal digits. Nothing in them has a meaning to tmux, and they
    /// appear in no process's arguments.
    private static func send(_ bytes: some Collection<UInt8>, to pane: String) -> String {
        let digits = bytes.map { Hexadecimal.text([$0]) }.joined(separator: " ")
        return "send-keys -t \(pane) -H \(digits)\n"
    }

    /// Returns the mark in the lines of an answer; `nil` if it answers another command.
    static func mark(in lines: [String]) -> UInt64? {
        guard lines.count == 1, let line = lines.first, line.hasPrefix(answer) else { return nil }
        return UInt64(line.dropFirst(answer.count))
    }

    static func kill(_ session: String) -> String { "kill-session -t =\(session)\n" }
}
