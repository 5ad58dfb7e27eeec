import Dialects
import Testing

@testable import Transfer

@Suite("a connection that breaks during the commit")
struct LostCommitTests {
    @Test("nobody knows whether the rows are there, and the error says so; any other error undid everything")
    func outcome() throws {
        let lost = SchemaLoad.failure(ofCommit: DatabaseError(.lost, "the server closed the connection"))
        guard case TransferError.outcomeUnknown(let reason, let cause) = lost else {
            Issue.record("\(lost)")
            return
        }
        #expect(reason == "the server closed the connection" && cause?.kind == .lost)
        #expect("\(lost)".contains("it is not known whether the rows are in the target"))
        #expect((lost as? TransferError)?.code == "outcome_unknown")
        let refused = DatabaseError(.unique, "repeated")
        #expect(SchemaLoad.failure(ofCommit: refused) as? DatabaseError == refused)
    }
}
