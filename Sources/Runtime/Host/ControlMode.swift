import Dialects

/// An event that tmux reports to a control client (tmux(1), CONTROL MODE).
enum ControlEvent: Equatable {
    /// Bytes that the pane's program wrote.
    case output([UInt8])
    /// The window has got this size.
    case size(columns: Int, rows: Int)
    /// A command failed; the text is tmux's message.
    case failure(String)
    /// tmux has been through the commands that type bytes, up to this mark (`ControlCommand.typing`).
    case typed(UInt64)
    /// The client is attached to its session.
    case started
    /// The server dismisses this client: the session is over, or somebody has detached the client.
    case exit
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
        if line.starts(with: Array("%output ".utf8)) { return .output(Self.payload(line)) }
        let text = String(decoding: line, as: UTF8.self)
        let words = text.split(separator: " ").map(String.init)
        switch words.first {
        case "%begin":
            answer = []
            return nil
        case "%end":
            defer { answer = nil }
            return ControlCommand.mark(in: answer ?? []).map { .typed($0) }
        case "%error":
            defer { answer = nil }
            return .failure((answer ?? []).joined(separator: " "))
        case "%session-changed": return .started
        case "%layout-change": return words.count > 2 ? Self.size(layout: words[2]) : nil
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
    private static func payload(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3 else { return [] }
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
        return result
    }

    /// Reads the size from a layout such as `b25d,80x24,0,0,0`.
    private static func size(layout: String) -> ControlEvent? {
        let parts = layout.split(separator: ",")
        guard parts.count > 1 else { return nil }
        let numbers = parts[1].split(separator: "x").compactMap { Int($0) }
        return numbers.count == 2 ? .size(columns: numbers[0], rows: numbers[1]) : nil
    }
}

/// The commands that a control client sends.
enum ControlCommand {
    private static let answer = "tc-typed-"

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
