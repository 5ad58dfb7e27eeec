import TCImport

/// The results of a move.
package struct MoveReport: Sendable {
    /// A check that was made after the move.
    package struct Proof: Sendable, Equatable {
        package enum Verdict: String, Sendable { case right, wrong, unchecked = "not_checked" }

        /// What the proof of the old databases' state is about.
        static let oldDatabase = "the old database"

        package var what: String
        package var verdict: Verdict
        /// The result of the check, in words.
        package var words: String
    }

    package var plan: MovePlan
    /// The report on the data; `nil` if an earlier run had brought the data over.
    package var data: ImportReport?
    package var proofs: [Proof]
    /// The actions that remain for the admin.
    package var advice: [String]
    package var wayBack: [String]

    package var isProven: Bool { proofs.allSatisfy { $0.verdict != .wrong } }

    /// Whether the old databases were written to after they had been copied. Such a run can't be continued: it copies them once only.
    package var isOutdated: Bool { proofs.contains { $0.what == Proof.oldDatabase && $0.verdict == .wrong } }
}
