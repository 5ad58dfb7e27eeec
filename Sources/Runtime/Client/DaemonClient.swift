import Dialects
import FoundationEssentials
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix
import TCPOSIX

/// A client that talks to the daemon over its socket. The kernel tells the daemon who calls; a token tells from inside which
/// session.
package struct DaemonClient: Sendable {
    package let socketPath: String
    private let token: String?

    package init(socketPath: String, token: String? = nil) {
        self.socketPath = socketPath
        self.token = token
    }

    /// Requests a document.
    ///
    /// - Throws: `RuntimeError`: the daemon's own, or one that says why the daemon can't be reached.
    package func get<T: Decodable>(
        _ path: String, _ query: [(String, String?)] = [], as type: T.Type = T.self
    ) async throws -> Reply<T> {
        try await document(.get, path + QueryText.of(query), body: nil)
    }

    package func post<T: Decodable>(
        _ path: String, _ body: some Encodable, as type: T.Type = T.self
    ) async throws -> Reply<T> {
        let data = try JSONEncoder().encode(body)
        return try await document(.post, path, body: ByteBuffer(bytes: data))
    }

    /// Reads an answer piece by piece as it arrives; it may be long, or never end.
    package func stream(
        _ path: String, _ query: [(String, String?)] = [], _ onBytes: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let exchange = Exchange(method: .get, path: path + QueryText.of(query), asksAgain: true) { outbound in
            try await outbound.write(.end(nil))
        } onBytes: { buffer in
            try await onBytes(Array(buffer.readableBytesView))
        }
        try await perform(exchange)
    }

    /// Opens a request whose two bodies stay open: the data from `requests` is sent, and `onBytes` receives the answer. The
    /// exchange ends when either side ends. Whether the daemon still lives is left to the caller, who has pings for that.
    func duplex(
        _ path: String, sending requests: AsyncStream<[UInt8]>,
        onOpen: @escaping @Sendable () async -> Void,
        onBytes: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let exchange = Exchange(method: .post, path: path, isWatched: false) { outbound in
            for await bytes in requests { try await outbound.write(.body(ByteBuffer(bytes: bytes))) }
            try await outbound.write(.end(nil))
        } onHead: { _ in
            await onOpen()
        } onBytes: { buffer in
            try await onBytes(Array(buffer.readableBytesView))
        }
        try await perform(exchange)
    }

    /// Sends a document and passes on the answer, including a refusal.
    ///
    /// - Throws: `RuntimeError` where no answer comes, or not all of it.
    package func relay(
        _ path: String, _ bytes: [UInt8], headers: [(String, String)],
        onHead: @escaping @Sendable (RelayedHead) async throws -> Void,
        onBytes: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let exchange = Exchange(method: .post, path: path, headers: headers, handsOnRefusals: true) { outbound in
            try await outbound.write(.body(ByteBuffer(bytes: bytes)))
            try await outbound.write(.end(nil))
        } onHead: { head in
            try await onHead(RelayedHead(head))
        } onBytes: { buffer in
            try await onBytes(Array(buffer.readableBytesView))
        }
        try await perform(exchange)
    }

    private func document<T: Decodable>(
        _ method: HTTPRequest.Method, _ path: String, body: ByteBuffer?
    ) async throws -> Reply<T> {
        let collected = Collected()
        // A request that only reads may be sent twice.
        let exchange = Exchange(method: method, path: path, asksAgain: method == .get) { outbound in
            if let body { try await outbound.write(.body(body)) }
            try await outbound.write(.end(nil))
        } onBytes: { buffer in
            await collected.append(buffer.readableBytesView)
        }
        try await perform(exchange)
        return try Reply(await collected.bytes)
    }

    /// Sends one request on a connection of its own, and throws the daemon's refusals.
    private func perform(_ exchange: Exchange) async throws {
        do {
            try await talk(exchange)
        } catch HTTPParserError.invalidEOFState {
            throw Self.cutOff
        } catch is HTTPParserError {
            throw RuntimeError(
                .brokenAnswer, "the program that answers at \(socketPath) is not teleclauded",
                remedy: "name its socket with --socket"
            )
        } catch let error as NoAnswer {
            switch error {
            case .closed where exchange.asksAgain, .replaced where exchange.asksAgain:
                var last = exchange
                last.asksAgain = false
                try await perform(last)
            case .silent where exchange.asksAgain: throw silent
            case .closed:
                throw RuntimeError(
                    .brokenAnswer, "the daemon closed the connection without an answer",
                    remedy: "try again; it may be ending, or you may have too many connections open")
            case .replaced:
                throw RuntimeError(
                    .brokenAnswer, "another daemon took over before the answer: this may have been done, or not",
                    remedy: "check that before you try again")
            case .silent:
                throw RuntimeError(
                    .brokenAnswer, "\(silent.message); this may still be done when it continues", remedy: silent.remedy)
            }
        }
    }

    private func head(of exchange: Exchange) -> HTTPRequest {
        var head = HTTPRequest(
            method: exchange.method, scheme: "http", authority: "teleclauded", path: exchange.path)
        head.headerFields[.connection] = "close"
        head.headerFields[.te] = "trailers"
        if exchange.method == .post { head.headerFields[.contentType] = "application/json" }
        if let token { head.headerFields[.authorization] = "Bearer \(token)" }
        for (name, value) in exchange.headers {
            if let name = HTTPField.Name(name) { head.headerFields[name] = value }
        }
        return head
    }

    /// Sends one request, and hands its answer on.
    ///
    /// - Throws: `NoAnswer`, `HTTPParserError`, or `RuntimeError`.
    func talk(_ exchange: Exchange) async throws {
        let (request, listener) = (head(of: exchange), FileIdentity(following: socketPath))
        let channel = try await connect()
        let hearing = Hearing()
        try await channel.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    // What can't be written is refused, or the connection ends: the answer tells.
                    try? await outbound.write(.head(request))
                    try? await exchange.send(outbound)
                    return false
                }
                group.addTask {
                    try await receive(inbound, exchange, hearing)
                    return true
                }
                if exchange.isWatched {
                    group.addTask {
                        // When the task is cancelled, the end of the reading says how the exchange ended.
                        do { try await watch(hearing, listener) } catch is CancellationError {}
                        return false
                    }
                }
                while let isAnswered = try await group.next(), !isAnswered {}
                group.cancelAll()
            }
        }
    }

    /// The size limit of a refusal, in bytes. None of the daemon's problem documents is longer.
    private static let longestRefusal = 65_536

    private func receive(
        _ inbound: NIOAsyncChannelInboundStream<HTTPResponsePart>, _ exchange: Exchange, _ hearing: Hearing
    ) async throws {
        var (refusal, status, hasBegun, isWanted) = (ByteBuffer(), HTTPResponse.Status.ok, false, false)
        do {
            for try await part in inbound {
                hearing.hear()
                switch part {
                case .head(let head):
                    (status, hasBegun) = (head.status, true)
                    isWanted = exchange.handsOnRefusals || status.kind == .successful
                    if isWanted { try await exchange.onHead(head) }
                case .body(var buffer):
                    if isWanted {
                        try await exchange.onBytes(buffer)
                    } else if refusal.readableBytes < Self.longestRefusal {
                        refusal.writeBuffer(&buffer)
                    }
                case .end(let trailers):
                    if let problem = HTTPField.Name.problem.flatMap({ trailers?[$0] }).flatMap(QueryText.unescaped) {
                        throw Refusal.error(Array(problem.utf8), status.code)
                    }
                    if isWanted { return }
                    let error = Refusal.error(Array(refusal.readableBytesView), status.code)
                    let route = exchange.path.prefix { $0 != "?" }
                    throw error == .noRoute(route) ? tooOld(route) : error
                }
            }
        } catch is IOError {
            // The connection of a request that nobody read ends with a reset.
        } catch HTTPParserError.invalidEOFState where hasBegun {
            // The connection of a daemon that was killed ends this way.
        }
        guard hasBegun else { throw NoAnswer.closed }
        throw Self.cutOff
    }

    static let cutOff = RuntimeError(
        .brokenAnswer, "the daemon ended in the middle of its answer", remedy: "try again")
}

extension DaemonClient {
    private func connect() async throws -> NIOAsyncChannel<HTTPResponsePart, HTTPRequestPart> {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: socketPath) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPClientCodec())
                        return try NIOAsyncChannel(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true))
                    }
                }
        } catch let error as IOError {
            throw unreachable(error.errnoCode)
        } catch is SocketAddressError {
            throw RuntimeError(
                .noDaemon, "the socket's path is longer than \(UnixSocketAddress.longestPath) bytes: \(socketPath)",
                remedy: "name a shorter one with --socket")
        }
    }

    private func tooOld(_ route: Substring) -> RuntimeError {
        RuntimeError(
            .brokenAnswer, "the daemon at \(socketPath) is older than this telec, and does not have \(route)",
            remedy: "ask an admin of this machine to update and restart teleclauded")
    }

    private func unreachable(_ code: CInt) -> RuntimeError {
        switch code {
        case EACCES where !isSocket, ECONNREFUSED where !isSocket:
            RuntimeError(.noDaemon, "\(socketPath) is not a socket", remedy: "name the daemon's socket with --socket")
        case EACCES, EPERM:
            RuntimeError(
                .noPermission, "this account may not open \(socketPath)",
                remedy: "ask an admin of this machine for access")
        case ENOTDIR, ELOOP:
            RuntimeError(
                .noDaemon, "\(socketPath) is not the path of a socket", remedy: "name the daemon's socket with --socket"
            )
        // The queue of connections is full, because nobody accepts any.
        case EAGAIN: silent
        case ENOENT:
            RuntimeError(
                .noDaemon, "no daemon runs here: there is no \(socketPath)",
                remedy: "start teleclauded, or name its socket with --socket")
        default:
            RuntimeError(.noDaemon, "no daemon answers at \(socketPath)", remedy: "start teleclauded")
        }
    }
}

extension DaemonClient {
    private var isSocket: Bool {
        var facts = stat()
        return stat(socketPath, &facts) != 0 || facts.st_mode & S_IFMT == S_IFSOCK
    }
}

private actor Collected {
    private(set) var bytes: [UInt8] = []
    func append(_ more: some Sequence<UInt8>) { bytes += more }
}
