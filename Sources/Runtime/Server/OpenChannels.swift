import NIOCore
import Synchronization

/// The open connections. All of them can be told to end once their current requests are answered.
final class OpenChannels: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isEnding = false
    }

    private let state = Mutex(State())

    /// Keeps the channel until it closes. A channel that comes after `endAll` is told to end at once.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isEnding = state.withLock { state in
            state.channels[id] = channel
            return state.isEnding
        }
        channel.closeFuture.whenComplete { _ in self.state.withLock { state in state.channels[id] = nil } }
        if isEnding { Self.end(channel) }
    }

    func endAll() {
        let channels = state.withLock { state in
            state.isEnding = true
            return Array(state.channels.values)
        }
        for channel in channels { Self.end(channel) }
    }

    private static func end(_ channel: any Channel) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
}
