import Synchronization
import TCRuntime
import TCTerminal

/// Prints a recording while it arrives, one whole line at a time.
final class PlainPrinter: Sendable {
    private struct State {
        var text: RecordingText
        var rest = ""
        /// What is printed before the first line, once the daemon answers.
        var notice: String?
    }

    private let state: Mutex<State>

    init(_ view: TranscriptView, notice: String? = nil) {
        state = Mutex(State(text: RecordingText(view), notice: notice))
    }

    func print(_ bytes: [UInt8]) {
        announce()
        let lines = state.withLock { state -> [Substring] in
            let text = state.rest + state.text.read(bytes)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            state.rest = String(lines.removeLast())
            return lines
        }
        for line in lines { Console.out(Cells.clean(String(line))) }
    }

    private func announce() {
        let notice = state.withLock { state in
            defer { state.notice = nil }
            return state.notice
        }
        if let notice { Console.out(notice) }
    }

    func finish() {
        announce()
        let rest = state.withLock { $0.rest }
        if !rest.isEmpty { Console.out(Cells.clean(rest)) }
    }
}
