import Dialects
import Foundation
import Logging
import TestSupport
import Testing

@testable import TCRuntime

/// Tests which connections are admitted, on a real socket.
struct DoorTests {
    /// Runs a door on a thread of its own, with room for two connections by default.
    private func withDoor(room: Int = 2, _ body: (Door, String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/d.sock"
            let socket = try ListeningSocket(path: path, mode: 0o600)
            let directory = try IdentityDirectory(mode: .singleUser, people: [], uid: geteuid())
            let door = try Door(
                socket.descriptor, directory: IdentityBox(directory),
                limits: ConnectionLimits(perUser: room, ofPublic: 1, inAll: 10_000), logger: Logger(label: "test"))
            Thread.detachNewThread { door.keep() }
            defer { door.shut() }
            try await body(door, path)
        }
    }

    private func connected(_ path: String) throws -> FileHandle {
        var address = try #require(UnixSocketAddress(path))
        let descriptor = socket(AF_UNIX, UnixSocketAddress.stream, 0)
        guard address.withPointer({ connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            throw POSIXError(.ECONNREFUSED)
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    @Test func whoMayStayIsKnownAndWhoMayNotIsSentAway() async throws {
        try await withDoor { door, path in
            let held = try (0..<2).map { _ in try connected(path) }
            var callers = door.callers.makeAsyncIterator()
            let first = try #require(await callers.next())
            #expect(first.peer.uid == geteuid())
            var second = await callers.next()
            #expect(second != nil)
            // The connection is closed, so that a client does not wait for an answer that never comes.
            for _ in 0..<3_000 { #expect(try connected(path).readToEnd() ?? Data() == Data()) }
            // A place is free as soon as its connection is released.
            close(try #require(second).descriptor)
            second = nil
            let next = try connected(path)
            #expect(await callers.next()?.peer == first.peer)
            close(first.descriptor)
            withExtendedLifetime((held, next)) {}
        }
    }

    @Test func whoComesTooOftenWaitsForHisTurn() async throws {
        try await withDoor(room: 400) { door, path in
            let held = try (0..<400).map { _ in try connected(path) }
            var waits: [Duration] = []
            for await caller in door.callers.prefix(400) {
                waits.append(caller.wait)
                close(caller.descriptor)
            }
            #expect(waits.prefix(256).allSatisfy { $0 == .zero })
            #expect(waits.contains { $0 > .zero } && waits.allSatisfy { $0 < .seconds(1) })
            withExtendedLifetime(held) {}
        }
    }

    @Test func shutItEndsTheStreamAndGivesTheLineBack() async throws {
        try await withDoor { door, path in
            door.shut()
            door.shut()
            for await _ in door.callers { Issue.record("nobody called") }
            var isRefused = false
            for _ in 0..<200 where !isRefused {
                isRefused = (try? connected(path)) == nil
                usleep(10_000)
            }
            #expect(isRefused)
        }
    }
}
