import Dialects
import Migrator

/// The relation between a source and the history into whose schema it is transferred.
struct HistorySource {
    let reading: any Connection
    let history: History

    /// Whether the source is a database of this same program, at any position.
    func isOwn() throws -> Bool {
        switch try position() {
        case .current, .behind, .newer: true
        case .changed, nil: false
        }
    }

    /// Returns the source's position; `nil` if it has no ledger, or the ledger of another history.
    private func position() throws -> Position? {
        let ledger = Ledger(connection: reading)
        let entries = try ledger.entries(of: history)
        return entries.isEmpty ? nil : try ledger.positionIfKnown(of: entries, in: history)
    }

    /// Whether an omission is worth a remark. The history is responsible for indexes and the like, and also for triggers and
    /// full-text tables that it made in the source itself. Objects that only the source holds are worth a remark.
    func isWorthSaying(_ left: Omission) throws -> Bool {
        switch left.kind {
        case .table, .view: true
        case .trigger, .virtualTable: try !isOwn()
        case .shadowTable, .index, .column, .constraint, .other, .foreignKey: false
        }
    }

    /// Returns the remark about a source that is a database of this same program at an earlier position; `nil` for any other
    /// source.
    func remark() throws -> String? {
        guard case .behind(let ids) = try position() else { return nil }
        return
            "the source lacks \(ids.joined(separator: ", ")) and was matched by name: to have these migrations change its rows too, "
            + "run up on a copy of it first"
    }
}
