/// What the daemon's socket allows.
public struct Server: Sendable, Equatable {
    public var connectionsPerUser = 64
    /// Those of all accounts together that are nobody's in the settings.
    public var publicConnections = 16
    /// Sessions of one user that run at once. Their hosts' connections are not counted among his others.
    public var hostsPerUser = 1_024
    public var connections = 4_096
    /// The largest body of a request.
    public var bodyBytes = 1_048_576
    /// How long a connection may say nothing.
    public var idleSeconds = 60
    /// How long a request may take to arrive.
    public var requestSeconds = 30
    /// How long a session may be without a host before it counts as lost.
    public var hostSeconds = 60
    /// How long running requests have when the daemon stops.
    public var drainSeconds = 10

    public init() {}

    /// A limit by the name of its key under `server`.
    struct Limit {
        var name: String
        var property: WritableKeyPath<Server, Int>
        var range: ClosedRange<Int>
    }

    /// Every limit: what may stand in a file, and where it goes.
    static var limits: [Limit] {
        [
            Limit(name: "connections_per_user", property: \.connectionsPerUser, range: 1...1_000_000),
            Limit(name: "public_connections", property: \.publicConnections, range: 1...1_000_000),
            Limit(name: "hosts_per_user", property: \.hostsPerUser, range: 1...1_000_000),
            Limit(name: "connections", property: \.connections, range: 1...1_000_000),
            Limit(name: "body_bytes", property: \.bodyBytes, range: 1_024...1_073_741_824),
            Limit(name: "idle_seconds", property: \.idleSeconds, range: 1...86_400),
            Limit(name: "request_seconds", property: \.requestSeconds, range: 1...86_400),
            Limit(name: "host_seconds", property: \.hostSeconds, range: 1...86_400),
            Limit(name: "drain_seconds", property: \.drainSeconds, range: 0...3_600),
        ]
    }
}
