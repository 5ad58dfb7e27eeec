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
            (.integer(5), .text, .text), (nil, .boolean, .boolean),
        ] as [(Default?, ColumnType, ColumnType)])
    func regarded(_ value: Default?, _ declared: ColumnType, _ expected: ColumnType) {
        let choice = TypeChoice.regarding(value, TypeChoice(declared), declared: "\(declared)")
        #expect(choice.type == expected)
        #expect((choice.reason == nil) == (declared == expected))
    }

    @Test func aRuleIsNotAskedWhy() {
        let choice = TypeChoice(.boolean, isGiven: true)
        #expect(TypeChoice.regarding(.integer(1_000), choice, declared: "boolean") == choice)
    }
}
