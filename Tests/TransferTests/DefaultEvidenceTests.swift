import Dialects
import Testing

@testable import Transfer

/// Tests the evidence that the default of an empty column gives about its type.
struct DefaultEvidenceTests {
    @Test(
        arguments: [
            (.integer(1_000), .boolean, .bigint), (.integer(1), .boolean, .boolean),
            (.text("TRUE"), .boolean, .boolean),
            (.text("maybe"), .boolean, .text), (.real(0.5), .bigint, .real), (.text("7"), .bigint, .bigint),
            (.text("x"), .real, .text), (.integer(0), .datetime, .bigint), (.now, .datetime, .datetime),
            (.integer(5), .text, .text), (nil, .boolean, .boolean), (.text("nan"), .bigint, .text),
            (.text("0x1f"), .numeric, .text), (.text("inf"), .real, .text),
        ] as [(Default?, ColumnType, ColumnType)])
    func regarded(_ value: Default?, _ declared: ColumnType, _ expected: ColumnType) {
        let choice = TypeChoice.regarding(value, TypeChoice(declared), declared: "\(declared)") { _, _ in true }
        #expect(choice.type == expected)
        #expect((choice.reason == nil) == (declared == expected))
    }

    @Test func aRuleIsNotAskedWhy() {
        let choice = TypeChoice(.boolean, isGiven: true)
        let regarded = TypeChoice.regarding(.integer(1_000), choice, declared: "boolean") { _, _ in false }
        #expect(regarded == choice)
    }

    @Test("an expression that is none of the type gives the type of the moment that it computes, if it computes one")
    func moments() {
        let now = Default.expression(.native(sqlite: "CURRENT_TIMESTAMP", postgresql: ""))
        func regarded(_ declared: ColumnType, _ held: Set<ColumnType>) -> ColumnType {
            TypeChoice.regarding(now, TypeChoice(declared), declared: "\(declared)") { held.contains($1) }.type
        }
        #expect(regarded(.bigint, [.datetime, .text]) == .datetime && regarded(.date, [.datetime]) == .datetime)
        #expect(regarded(.datetime, [.date]) == .date && regarded(.date, [.date, .datetime]) == .date)
        #expect(regarded(.bigint, []) == .bigint && regarded(.bytes, [.datetime]) == .bytes)
    }
}
