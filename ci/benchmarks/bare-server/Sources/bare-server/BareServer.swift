import Hummingbird
import NIOCore

/// `bare-server SOCKET`: answers `GET /whoami` with a document like the daemon's, and knows nobody.
@main
enum BareServer {
    private static let document = """
        {"mode":"system","os_username":"alice","person":"Alice","role":"member","session_id":null,"uid":1000,"version":1}
        """

    static func main() async throws {
        let router = Router()
        router.get("whoami") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: document)))
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: CommandLine.arguments[1])))
        try await application.run()
    }
}
