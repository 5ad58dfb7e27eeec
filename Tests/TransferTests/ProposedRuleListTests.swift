import Dialects
import Testing

@testable import Transfer

/// Tests how many proposed rules are told in few lines.
@Suite struct ProposedRuleListTests {
    private let rules =
        ["a", "b", "c", "d", "e", "f"].map {
            ProposedRule(
                Proposal(.timestamp(.iso, isUTC: true), "no values: like all other columns declared TIMESTAMP"),
                table: "t", column: $0)
        } + [ProposedRule(Proposal(.type(.uuid), "all 2 texts are uuids"), table: "t", column: "key")]

    @Test func columnsWithOneReasonShareALine() {
        #expect(
            ProposedRule.listed(rules) == [
                "t.a, t.b, t.c, t.d, t.e and 1 more: timestamp: iso, zone: UTC "
                    + "(no values: like all other columns declared TIMESTAMP)",
                "t.key: type: uuid (all 2 texts are uuids)",
            ])
    }

    @Test func columnsWithOneRuleAreCounted() {
        #expect(
            ProposedRule.counted(rules) == ["6 columns: timestamp: iso, zone: UTC", "t.key: type: uuid"])
    }
}
