import TCImport

/// What a move has done.
package struct MoveReport: Sendable {
    /// Something that was looked at afterwards.
    package struct Proof: Sendable, Equatable {
        package enum Verdict: String, Sendable { case right, wrong, unchecked = "not_checked" }

        package var what: String
        package var verdict: Verdict
        /// What was seen.
        package var words: String
    }

    package var plan: MovePlan
    /// `nil` where an earlier run had brought the data over.
    package var data: ImportReport?
    package var proofs: [Proof]
    /// What the admin has to do.
    package var advice: [String]
    package var wayBack: [String]

    package var isProven: Bool { proofs.allSatisfy { $0.verdict != .wrong } }
}
