import ArgumentParser
import TCRuntime
import TCTerminal

struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Print the daemon's figures in Prometheus' text format.",
        usage: "telec metrics [--socket <path>]",
        discussion: """
            For admins, and for the account named in monitoring.os_username. GET /metrics on the socket answers the same. \
            There is no JSON form.

            EXAMPLES:
              telec metrics
              telec metrics > tc.prom && mv tc.prom /var/lib/prometheus/node-exporter/
            """)

    @OptionGroup var options: StreamOptions

    func validate() throws {
        try options.refuseDocument(because: "The figures are in Prometheus' text format, here and at GET /metrics")
    }

    func run() async throws {
        try await options.guarding {
            try await options.client().stream("/metrics") { bytes in
                Console.write(String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}
