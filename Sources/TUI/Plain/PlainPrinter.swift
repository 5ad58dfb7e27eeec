import Synchronization
import TCRuntime
import TCTerminal

/// Prints a recording while it arrives, one whole line at a time.
final class PlainPrinter: Sendable {
    private struct State {
        var text: RecordingText
        var rest = ""
    }

    private let state: Mutex<State>

    init(_ view: TranscriptView) { state = Mutex(State(text: RecordingText(view))) }

    func print(_ bytes: [UInt8]) {
        let lines = state.withLock { state -> [Substring] in
            let text = state.rest + state.text.read(bytes)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            state.rest = String(lines.removeLast())
            return lines
        }
        for line in lines { Console.out(Cells.clean(String(line))) }
    }

    func finish() {
        let rest = state.withLock { $0.rest }
        if !rest.isEmpty { Console.out(Cells.clean(rest)) }
    }
}
