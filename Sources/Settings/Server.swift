/// The limits of the daemon's socket.
package struct Server: Sendable, Equatable {
    package var connectionsPerUser = 64
    /// The largest number of connections from all accounts together that belong to no person of the settings.
    package var publicConnections = 16
    /// The largest number of sessions that one user runs at once. Their hosts' connections do not count as the user's
    /// connections.
    package var hostsPerUser = 1_024
    package var connections = 4_096
    /// The largest size of a request's body, in bytes.
    package var bodyBytes = 1_048_576
    /// How long a connection may be silent, in seconds.
    package var idleSeconds = 60
    /// How long a request may take to arrive, in seconds.
    package var requestSeconds = 30
    /// How long a session may be without a host before it counts as lost, in seconds.
    package var hostSeconds = 60
    /// How long running requests may take to finish when the daemon stops, in seconds.
    package var drainSeconds = 10

    package init() {}

    /// A limit with the name of its key under `server`.
    struct Limit {
        var name: String
        var property: WritableKeyPath<Server, Int>
        var range: ClosedRange<Int>
    }

    /// Every limit, with its range in a file and the property that holds it.
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
