/// What is typed into the session's terminal.
extension Host {
    /// Bytes on their way to the terminal.
    struct Typing {
        /// The number with which tmux answers once it has been through them.
        let mark: UInt64
        var hasFailed = false
        let report: @Sendable (_ isTyped: Bool) -> Void
    }

    /// The number of texts for which tmux may owe an answer: as many as the daemon has orders waiting.
    private static let mostUnanswered = 32

    /// Types bytes into the command's pane, after what is being typed already, and returns at once: a tmux server that was stopped
    /// holds up no other order. `report` is told whether they were typed, which tmux alone can say.
    func send(_ bytes: [UInt8], then report: @escaping @Sendable (_ isTyped: Bool) -> Void) {
        guard unanswered.count < Self.mostUnanswered else { return report(false) }
        lastMark += 1
        let (mark, before, target) = (lastMark, typing, pane)
        unanswered.append(Typing(mark: mark, report: report))
        typing = Task {
            if let before { await before.value }
            do {
                for command in ControlCommand.typing(bytes, into: target, mark: mark) {
                    // Whoever was told that they are not typed may send them again.
                    guard unanswered.contains(where: { $0.mark == mark }) else { return }
                    try await type(command)
                }
            } catch {
                guard let at = unanswered.firstIndex(where: { $0.mark == mark }) else { return }
                unanswered.remove(at: at).report(false)
            }
        }
    }

    /// The command's pane as a target of tmux. Its user may have opened other windows and panes, into which nothing is typed. For
    /// a session of an older version, which did not note it, that is the first pane.
    private var pane: String { notedPane ?? ControlCommand.firstPane(of: spec.tmuxName) }

    /// tmux's id of the command's pane; `nil` until it is noted.
    var notedPane: String? {
        guard let noted = folder.text(in: folder.pane), noted.hasPrefix("%") else { return nil }
        let digits = noted.utf8.dropFirst()
        return !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) } ? noted : nil
    }

    /// Notes that tmux has refused a command. Its answers come in the order of the commands.
    func noteRefusal() { if !unanswered.isEmpty { unanswered[0].hasFailed = true } }

    /// Reports the bytes with this mark: tmux has been through them.
    func noteTyped(_ mark: UInt64) {
        while let first = unanswered.first, first.mark <= mark {
            unanswered.removeFirst()
            first.report(first.mark == mark && !first.hasFailed)
        }
    }

    /// Reports that nobody knows whether what tmux has not answered was typed: its client has ended.
    func giveUpTyping() {
        for text in unanswered { text.report(false) }
        unanswered = []
    }
}
