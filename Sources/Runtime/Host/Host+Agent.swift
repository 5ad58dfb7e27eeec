/// What the agent itself writes down.
extension Host {
    private static let agentInterval = Duration.milliseconds(500)

    func followAgent() async {
        while watch != nil, !Task.isCancelled {
            await lookAtAgent()
            try? await Task.sleep(for: Self.agentInterval)
        }
    }

    /// Records what the agent has written since the last look, and then notes how far that went.
    func lookAtAgent() async {
        guard let watch else { return }
        var isMore = true
        while isMore {
            let look = await watch.look()
            for part in look.parts { take(part) }
            do {
                // The first time even without: it tells another host when the session began.
                if !look.parts.isEmpty || !isProgressNoted { try folder.note(look.progress) }
                isProgressNoted = true
            } catch {
                logger.warning("the agent's transcript: \(error)")
            }
            isMore = look.isMore
        }
    }

    private func take(_ part: AgentLook.Part) {
        if natives.last?.path != part.path, HostFrame.isPath(part.path) {
            // What waits does not belong to it.
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
