/// The recording of the agent's own transcripts.
extension Host {
    private static let agentInterval = Duration.milliseconds(500)

    func followAgent() async {
        while watch != nil, !Task.isCancelled {
            await lookAtAgent()
            try? await Task.sleep(for: Self.agentInterval)
        }
    }

    /// Records the lines that the agent has written since the last look, and then stores the progress.
    func lookAtAgent() async {
        guard let watch else { return }
        var isMore = true
        while isMore {
            let look = await watch.look()
            for part in look.parts { take(part) }
            for path in look.unreadable { tell(unreadable: path) }
            do {
                // The first look is stored even without lines: it tells a later host when the session began.
                if !look.parts.isEmpty || !isProgressNoted { try folder.note(look.progress) }
                isProgressNoted = true
            } catch {
                logger.warning("the agent's transcript: \(error)")
            }
            isMore = look.isMore
        }
    }

    private func tell(unreadable path: String) {
        logger.warning("the agent's transcript \(path) can't be read: it is not JSON, or over 64 MiB")
        recorder.gap("the agent's transcript can't be read")
    }

    private func take(_ part: AgentLook.Part) {
        if natives.last?.path != part.path, HostFrame.isPath(part.path) {
            // The waiting lines do not belong to this transcript.
            cut()
            spool.closeLast()
            natives.append((part.path, spool.next))
        }
        for line in part.lines {
            recorder.agent(line, at: .now)
            if recorder.count >= Self.chunkBytes { cut() }
        }
        cut()
    }
}
