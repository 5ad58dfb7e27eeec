import TestSupport
import Testing

@testable import Dialects

@Suite struct SQLiteCopyTests {
    let folder: SQLiteFolder
    let connection: any Connection

    init() throws {
        folder = try SQLiteFolder()
        connection = try folder.open()
    }

    @Test func everyKindOfValueArrives() throws {
        try connection.execute(
            #"CREATE TABLE "we""ird" (i INTEGER, r REAL, t TEXT, b BLOB, "the flag" INTEGER) STRICT"#)
        let writer = try connection.copyIn(
            table: "we\"ird", columns: ["i", "r", "t", "b", "the flag"],
            types: [.bigint, .real, .text, .bytes, .boolean])
        let bytes: [UInt8] = [0x61, 0x00, 0xFF]
        try bytes.withUnsafeBytes { bytes in
            try writer.write(.integer(.max), column: 0)
            try writer.write(.real(0.1), column: 1)
            try writer.write(.text(bytes), column: 2)
            try writer.write(.blob(bytes), column: 3)
            try writer.write(.boolean(true), column: 4)
            try writer.endRow()
            try writer.write(.null, column: 0)
            try writer.write(.integer(7), column: 1)
            try writer.write(.text(UnsafeRawBufferPointer(start: nil, count: 0)), column: 2)
            try writer.write(.text(bytes), column: 3)
            try writer.write(.boolean(false), column: 4)
            try writer.endRow()
        }
        #expect(try writer.finish() == 2)
        let rows = try connection.values(#"SELECT i, r, hex(t), b, "the flag", typeof(t) FROM "we""ird""#)
        #expect(
            rows == [
                [.integer(.max), .real(0.1), "6100FF", .blob(bytes), 1, "text"],
                [nil, .real(7), "", .blob(bytes), 0, "text"],
            ])
    }

    @Test func emptyBlobStaysABlob() throws {
        try connection.execute("CREATE TABLE t (b BLOB NOT NULL) STRICT")
        let writer = try connection.copyIn(table: "t", columns: ["b"], types: [.bytes])
        try writer.write(.blob(UnsafeRawBufferPointer(start: nil, count: 0)), column: 0)
        try writer.endRow()
        #expect(try writer.finish() == 1)
        let cursor = try connection.copyOut("SELECT b FROM t", types: [.bytes])
        #expect(try cursor.next())
        guard case .blob(let bytes) = cursor.raw(0) else {
            Issue.record("no blob")
            return
        }
        #expect(bytes.isEmpty)
        cursor.close()
    }

    @Test func valuesThatSQLiteWouldChangeAreIncompatible() throws {
        try connection.execute("CREATE TABLE t (r REAL) STRICT")
        let writer = try connection.copyIn(table: "t", columns: ["r"], types: [.real])
        let big: Int64 = 1 << 53 + 1
        #expect(throws: IncompatibleValue(column: 0, value: .integer(big), reason: "is not exact as a double")) {
            try writer.write(.integer(big), column: 0)
        }
        #expect(throws: IncompatibleValue.self) { try writer.write(.integer(.max), column: 0) }
        #expect(throws: IncompatibleValue.self) { try writer.write(.real(.nan), column: 0) }
        try writer.write(.integer(1 << 53), column: 0)
        try writer.endRow()
        writer.cancel()
        #expect(try connection.values("SELECT r FROM t") == [[.real(9_007_199_254_740_992)]])
    }

    @Test func whatIsNoWholeNumberIsIncompatible() throws {
        try connection.execute("CREATE TABLE t (a INTEGER) STRICT")
        let writer = try connection.copyIn(table: "t", columns: ["a"], types: [.bigint])
        #expect(throws: IncompatibleValue(column: 0, value: .real(0.5), reason: "is not a whole number of 64 bits")) {
            try writer.write(.real(0.5), column: 0)
        }
        try writer.write(.real(3), column: 0)
        try writer.endRow()
        writer.cancel()
        #expect(try connection.values("SELECT a, typeof(a) FROM t") == [[3, "integer"]])
    }

    @Test func valueOfAnotherTypeIsACheckError() throws {
        try connection.execute("CREATE TABLE t (a INTEGER) STRICT")
        // The value is written as it is stored, and the database decides whether it fits.
        let writer = try connection.copyIn(table: "t", columns: ["a"], types: [.ownForm])
        try writer.write(.real(0.5), column: 0)
        let error = databaseError { try writer.endRow() }
        #expect(error?.kind == .check)
        #expect(error?.message.contains("t.a") == true)
        try writer.write(.integer(5), column: 0)
        try writer.endRow()
        #expect(try writer.finish() == 1)
        #expect(databaseError { try writer.endRow() }?.kind == .other)
    }
}
