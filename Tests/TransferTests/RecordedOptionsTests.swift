import Dialects
import Testing

@testable import Transfer

@Suite("The options that a transfer records")
struct RecordedOptionsTests {
    private let first: TransferOptions
    /// The same rules in another order, on other lines.
    private let moved: TransferOptions
    private let other: TransferOptions

    init() {
        var a = TransferRules.TableRule(name: "a", line: 1)
        a.order = .number(3)
        var x = TransferRules.ColumnRule(name: "x", line: 2)
        x.type = .decimal(12, 2)
        let y = TransferRules.ColumnRule(name: "y", line: 3)
        a.columns = [x, y]
        let b = TransferRules.TableRule(name: "b", line: 4)
        first = Self.options([a, b])
        a.line = 7
        x.line = 9
        a.columns = [y, x]
        moved = Self.options([b, a])
        a.columns = [y]
        other = Self.options([a, b])
    }

    private static func options(_ tables: [TransferRules.TableRule]) -> TransferOptions {
        var rules = TransferRules()
        rules.tables = tables
        return TransferOptions(rules: rules)
    }

    private func recorded(_ options: TransferOptions) -> String {
        TransferPlanner.plan(
            Inspection(schema: Schema(tables: [])), [], TransferRules(), from: SQLiteDialect(), to: PostgreSQLDialect()
        ).recorded(under: options)
    }

    @Test("name rules by their contents, not by their order in the file")
    func order() {
        #expect(moved.changes(since: recorded(first)).isEmpty)
        #expect(other.changes(since: recorded(first)).map(\.description) == ["rules has other contents"])
        #expect(other.changesOfResult(since: recorded(first)).map(\.description) == ["rules has other contents"])
    }

    @Test("name lists by their names, and the default like one that was left out")
    func equals() {
        var widening = TransferRules()
        widening.onMismatch = .widen
        let plain = recorded(TransferOptions(tables: ["a", "b"], exclude: ["c", "d"]))
        let written = TransferOptions(tables: ["b", "a", "b"], exclude: ["d", "c"], rules: widening)
        #expect(written.changes(since: plain).isEmpty && recorded(written) == plain)
        let fewer = TransferOptions(tables: ["a"], exclude: ["c", "d"])
        #expect(fewer.changes(since: plain) == [.changed(.tables, was: "a,b", now: "a")])
        widening.onMismatch = .fail
        #expect(TransferOptions(rules: widening).changes(since: recorded(TransferOptions())) == [.added(.onMismatch)])
    }

    @Test("of an earlier version name the rules in other words, which is no difference once the transfer is complete")
    func earlierVersion() {
        let version = TransferPlan.recordedVersion
        let earlier = recorded(other).replacing("\"version\": \(version)", with: "\"version\": \(version - 1)")
        #expect(first.changes(since: earlier) == [.otherVersion])
        #expect(first.changesOfResult(since: earlier).isEmpty)
        #expect(TransferOptions().changesOfResult(since: earlier).map(\.description) == ["rules was given before"])
        #expect(TransferOptions(tables: ["a"], rules: first.rules).changesOfResult(since: earlier) == [.added(.tables)])
    }
}
