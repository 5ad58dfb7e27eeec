import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Dialects

@Suite("A lock beside a SQLite file")
struct SQLiteHeldLockTests {
    @Test("asking who holds it leaves no file")
    func asking() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        let (asking, holding) = (try folder.open(), try folder.open())
        defer {
            asking.close()
            holding.close()
        }
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(try !asking.isHeld(AdvisoryLock("daemon")))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == before)
        let lock = try #require(try holding.hold(AdvisoryLock("daemon")))
        #expect(try asking.isHeld(AdvisoryLock("daemon")))
        lock.release()
        #expect(try !asking.isHeld(AdvisoryLock("daemon")))
    }

    @Test("a transfer's lock keeps others away, and its file is gone afterwards")
    func transfer() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        let (asking, holding) = (try folder.open(), try folder.open())
        defer {
            asking.close()
            holding.close()
        }
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        try holding.withTransferLock(waiting: 0) {
            let isHeld = try asking.isHeld(.schemaChange)
            #expect(isHeld)
            let refusal = #expect(throws: DatabaseError.self) { try asking.withTransferLock(waiting: 0.1) {} }
            #expect(refusal?.kind == .locked)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == before)
        try asking.withTransferLock(waiting: 0) {}
        #expect(try !asking.isHeld(.schemaChange))
    }

    @Test("the lock's file has the database's permissions")
    func permissions() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        let connection = try folder.open()
        defer { connection.close() }
        for mode in [0o644, 0o660, 0o600] as [mode_t] {
            chmod(folder("a.db"), mode)
            let lock = try #require(try connection.hold(AdvisoryLock("of\(mode)")))
            defer { lock.release() }
            let attributes = try FileManager.default.attributesOfItem(atPath: folder("a.db.of\(mode)"))
            #expect(attributes[.posixPermissions] as? Int == Int(mode))
        }
    }

    private static let holders = Mutex(0)

    /// Each thread opens the file of a lock that another one is about to remove.
    @Test("of many at once, each has the transfer's lock alone")
    func manyAtOnce() async throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        let path = folder("a.db")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        let lock = try SQLiteTransientLock(.schemaChange, beside: path, waiting: 60)
                        withExtendedLifetime(lock) {
                            let holders = Self.holders.withLock { count in
                                count += 1
                                return count
                            }
                            #expect(holders == 1)
                            Self.holders.withLock { $0 -= 1 }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(
        "root gives the database's owner what it makes, and nothing that is there",
        .enabled(if: geteuid() == 0, "only root gives files away"))
    func owner() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        chown(folder("a.db"), 4711, 4711)
        try "of root".write(toFile: folder("root"), atomically: false, encoding: .utf8)
        try FileManager.default.linkItem(atPath: folder("root"), toPath: folder("a.db.planted"))
        let connection = try folder.open()
        defer { connection.close() }
        func owner(_ name: String) throws -> UInt32? {
            try FileManager.default.attributesOfItem(atPath: folder(name))[.ownerAccountID] as? UInt32
        }
        for (name, uid) in [("planted", 0), ("made", 4711)] as [(String, UInt32)] {
            let lock = try #require(try connection.hold(AdvisoryLock(name)))
            #expect(try owner("a.db.\(name)") == uid)
            lock.release()
        }
        #expect(try owner("root") == 0)
    }
}
