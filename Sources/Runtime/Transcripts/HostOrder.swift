import Dialects

/// An order from the daemon to a host: one line each.
///
///     next 17        the first chunk that the daemon does not have
///     ack 17         chunk 17 is on the daemon's disk
///     order 3 send 68656c6c6f   bytes to type, in hexadecimal digits
///     order 4 end
///     order 5 start ID          run this session of the same owner's, in a host of its own
///     ended            the daemon has everything, including the end of the command: the host may go
///     ping
package enum HostOrder: Sendable, Equatable {
    case next(UInt64)
    case ack(UInt64)
    case send(UInt64, [UInt8])
    case end(UInt64)
    case start(UInt64, String)
    case ended
    case ping

    package var line: String {
        switch self {
        case .next(let number): "next \(number)\n"
        case .ack(let number): "ack \(number)\n"
        case .send(let order, let bytes): "order \(order) send \(Hexadecimal.text(bytes))\n"
        case .end(let order): "order \(order) end\n"
        case .start(let order, let id): "order \(order) start \(id)\n"
        case .ended: "ended\n"
        case .ping: "ping\n"
        }
    }

    /// Reads a line without its end; `nil` if it is not an order.
    package init?(_ line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
        switch (words.first, words.count) {
        case ("ping", 1): self = .ping
        case ("ended", 1): self = .ended
        case ("next", 2):
            guard let number = UInt64(words[1]) else { return nil }
            self = .next(number)
        case ("ack", 2):
            guard let number = UInt64(words[1]) else { return nil }
            self = .ack(number)
        case ("order", 3):
            guard let order = UInt64(words[1]), words[2] == "end" else { return nil }
            self = .end(order)
        case ("order", 4):
            guard let order = UInt64(words[1]) else { return nil }
            if words[2] == "start", Identifier.isOne(words[3]) {
                self = .start(order, words[3])
            } else if words[2] == "send", let bytes = Hexadecimal.bytes(words[3]) {
                self = .send(order, bytes)
            } else {
                return nil
            }
        default: return nil
        }
    }
}
