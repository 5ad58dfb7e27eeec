import Dialects
import Hummingbird
import TCPOSIX

/// The route that describes the daemon. Everybody learns its version, mode and clock; admins also learn its state folder and
/// its database.
struct StatusRoute {
    let services: Services
    let version: String

    func add(to router: Router<CallContext>) { router.get("status", use: status) }

    @Sendable private func status(_ request: Request, _ context: CallContext) async throws -> Response {
        try request.requireNoParameters()
        let mayInspect = allow(.inspectDaemon, by: context.identity.role, on: .none) == .allowed
        let inspection = services.inspection
        let facts = mayInspect ? try await DatabaseFacts.read(inspection.migrator) : nil
        return Response(
            .object([
                ("version", .integer(1)), ("daemon", .string(version)), ("mode", .string(services.mode.rawValue)),
                ("uid", .integer(Int64(geteuid()))), ("time", .string(Timestamp.now.text)),
                ("state_folder", mayInspect ? .string(inspection.stateFolder) : .null),
                ("database", facts?.document ?? .null),
            ]))
    }
}
