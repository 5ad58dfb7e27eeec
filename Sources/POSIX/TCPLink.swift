/// What the system knows of the link below a TCP connection. Linux asks the other end for no sign of life while data are on their way, and
/// sends them again for about 15 minutes (https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html, `tcp_retries2`).
package struct TCPLink: Equatable, Sendable {
    /// How often the oldest data on their way were sent again since the other end last confirmed something.
    package var repeats: Int
    /// How many questions whether the other end has room again are without an answer. One that is well answers, also if it has none.
    package var questions: Int
    /// The time since the other end last confirmed something, in seconds.
    package var silence: Double

    package init(repeats: Int, questions: Int, silence: Double) {
        (self.repeats, self.questions, self.silence) = (repeats, questions, silence)
    }

    #if canImport(Darwin)
        /// Returns `nil`: Darwin keeps no such account.
        package init?(_ descriptor: Int32) { return nil }
    #else
        /// Asks the system. Returns `nil` if this is no TCP connection, or one with a limit of its own (`TCP_USER_TIMEOUT`).
        package init?(_ descriptor: Int32) {
            var (limit, limitSize) = (CUnsignedInt(), socklen_t(MemoryLayout<CUnsignedInt>.size))
            var (info, infoSize) = (tcp_info(), socklen_t(MemoryLayout<tcp_info>.size))
            guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &limit, &limitSize) == 0, limit == 0,
                getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &infoSize) == 0
            else { return nil }
            self.init(
                repeats: Int(info.tcpi_retransmits), questions: Int(info.tcpi_probes),
                silence: Double(info.tcpi_last_ack_recv) / 1000)
        }
    #endif

    /// Whether nothing has got through for so many seconds, of which somebody has waited at least as many for the other end. An end that has
    /// no room, for instance because it waits for a lock, is silent for two minutes at a time, but leaves nothing unanswered.
    package func isDead(after seconds: Double) -> Bool { silence >= seconds && (repeats > 0 || questions > 2) }
}
