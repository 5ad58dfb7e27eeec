/// What one user may make.
public struct Quotas: Sendable, Equatable {
    /// Sessions that are not over.
    public var openSessions = 1_024
    /// Bytes of recordings: as much at once, and as much in a day.
    public var recordedBytesPerDay = 10_000_000_000
    /// Refused attempts that are looked at and written down; twice as many at once.
    public var refusalsPerMinute = 300

    public init() {}

    /// A quota by the name of its key under `quotas`.
    struct Quota {
        var name: String
        var property: WritableKeyPath<Quotas, Int>
        var range: ClosedRange<Int>
    }

    /// Every quota: what may stand in a file, and where it goes.
    static var all: [Quota] {
        [
            Quota(name: "open_sessions", property: \.openSessions, range: 1...1_000_000),
            Quota(
                name: "recorded_bytes_per_day", property: \.recordedBytesPerDay, range: 1_000...1_000_000_000_000_000),
            Quota(name: "refusals_per_minute", property: \.refusalsPerMinute, range: 1...1_000_000),
        ]
    }
}
