import Synchronization

/// The events that tasks post for the thread that owns the terminal. The alarm's pipe wakes that thread, which waits for keys as well.
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

    /// The number of events that were not taken yet.
    var backlog: Int { events.withLock { $0.count } }

    func take() -> [Event] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
