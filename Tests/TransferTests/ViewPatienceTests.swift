import Dialects
import Foundation
import TestSupport
import Testing

@testable import Transfer

@Suite("transfer: how long views are waited for")
struct ViewPatienceTests {
    @Test("once the time for all views is used up, the next is not compared, and says why")
    func patience() throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (a INTEGER); CREATE VIEW v AS SELECT a FROM t")
        defer { fixture.remove() }
        let connection = try connect(to: fixture.url)
        defer { connection.close() }
        let proof = ViewProof(source: SQLiteDialect(), target: SQLiteDialect(), deadline: .now)
        let late = try proof.outcome(of: "v", as: "v", connection, connection)
        #expect(late == .notCompared("reading the views before it took 600.0 seconds"))
    }
}
