import Dialects
import Migrator
import Transfer

/// Renders a row that differs between two databases, for people and for programs.
enum DifferenceText {
    /// Returns a text such as `row id=7: differs in v`.
    static func text(_ difference: VerificationReport.Difference) -> String {
        switch difference.kind {
        case .onlyInSource: "row \(difference.key): only in the source"
        case .onlyInTarget: "row \(difference.key): only in the target"
        case .differs: "row \(difference.key): differs in \(difference.columns.joined(separator: ", "))"
        }
    }

    static func document(_ difference: VerificationReport.Difference) -> JSON {
        .object([
            ("kind", .string(difference.kind.rawValue)), ("key", .string(difference.key)),
            ("columns", .array(difference.columns.map { .string($0) })),
        ])
    }
}
