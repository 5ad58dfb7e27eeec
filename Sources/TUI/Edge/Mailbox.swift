import Synchronization

/// What tasks and signals leave for the one thread that has the terminal. It waits at a pipe, as it does for keys.
final class Mailbox: Sendable {
    private let events = Mutex<[Event]>([])
    private let alarm: Alarm

    init(_ alarm: Alarm) { self.alarm = alarm }

    func post(_ event: Event) {
        let wasEmpty = events.withLock { events in
            events.append(event)
            return events.count == 1
        }
        if wasEmpty { alarm.ring(Alarm.mail) }
    }

    /// How much was not looked at yet.
    var backlog: Int { events.withLock { $0.count } }

    func take() -> [Event] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
