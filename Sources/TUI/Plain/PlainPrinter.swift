import Synchronization
import TCRuntime
import TCTerminal

/// Prints a recording while it arrives, line by line.
final class PlainPrinter: Sendable {
    private struct State {
        var text: RecordingText
        var lines = PlainLines()
        /// What is printed before the first line, once the daemon answers.
        var notice: String?
    }

    private let state: Mutex<State>

    init(_ view: TranscriptView, notice: String? = nil) {
        state = Mutex(State(text: RecordingText(view), notice: notice))
    }

    func print(_ bytes: [UInt8]) {
        announce()
        Console.write(state.withLock { $0.lines.add($0.text.read(bytes)) })
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
        Console.write(state.withLock { $0.lines.end() })
    }
}
