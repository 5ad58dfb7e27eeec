import TCPOSIX
import Testing

@Suite("The link below a TCP connection")
struct TCPLinkTests {
    @Test("is dead if nothing gets through, not if the other end has no room or nothing to say")
    func death() {
        #expect(TCPLink(repeats: 8, questions: 0, silence: 61).isDead(after: 60))
        #expect(TCPLink(repeats: 0, questions: 3, silence: 61).isDead(after: 60))
        #expect(!TCPLink(repeats: 0, questions: 0, silence: 3600).isDead(after: 60))
        // One that has no room is asked rarely, and the answer to the last question may be on its way.
        #expect(!TCPLink(repeats: 0, questions: 1, silence: 119).isDead(after: 60))
        #expect(!TCPLink(repeats: 8, questions: 3, silence: 59).isDead(after: 60))
    }

    #if !canImport(Darwin)
        @Test("is known of a TCP connection that has no limit of its own")
        func asked() throws {
            let sockets = [0, 1].map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
            defer { for socket in sockets { close(socket) } }
            let (listener, client) = (sockets[0], sockets[1])
            var (address, size) = (sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let isConnected = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(listener, address, size) == 0 && TCPOSIX.listen(listener, 1) == 0
                        && getsockname(listener, address, &size) == 0 && TCPOSIX.connect(client, address, size) == 0
                }
            }
            try #require(isConnected)
            let link = try #require(TCPLink(client))
            #expect(link.repeats == 0 && link.questions == 0 && !link.isDead(after: 0))
            var limit: CUnsignedInt = 1_000
            let limitSize = socklen_t(MemoryLayout<CUnsignedInt>.size)
            let isLimited = setsockopt(client, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &limit, limitSize) == 0
            #expect(isLimited && TCPLink(client) == nil)
            #expect(TCPLink(-1) == nil)
        }
    #endif
}
