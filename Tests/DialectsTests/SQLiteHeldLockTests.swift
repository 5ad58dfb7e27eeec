import Foundation
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
