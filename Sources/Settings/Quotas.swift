/// The limits on what one user may make.
package struct Quotas: Sendable, Equatable {
    /// The largest number of sessions that are not over.
    package var openSessions = 1_024
    /// The bytes of recordings that a user may make in a day. As many may be made at once.
    package var recordedBytesPerDay = 10_000_000_000
    /// The refused attempts per minute that are examined and logged. Twice as many may come at once.
    package var refusalsPerMinute = 300

    package init() {}

    /// A quota with the name of its key under `quotas`.
    struct Quota {
        var name: String
        var property: WritableKeyPath<Quotas, Int>
        var range: ClosedRange<Int>
    }

    /// Every quota, with its range in a file and the property that holds it.
    static var all: [Quota] {
        [
            Quota(name: "open_sessions", property: \.openSessions, range: 1...1_000_000),
            Quota(
                name: "recorded_bytes_per_day", property: \.recordedBytesPerDay, range: 1_000...1_000_000_000_000_000),
            Quota(name: "refusals_per_minute", property: \.refusalsPerMinute, range: 1...1_000_000),
        ]
    }
}
