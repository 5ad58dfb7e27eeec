import Dialects
import Migrator
import Transfer

/// A row that two databases do not have alike, for people and for programs.
enum DifferenceText {
    /// `row id=7: differs in v`.
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
