import Dialects
import Migrator

/// What a source has to do with the history into whose schema it goes.
struct HistorySource {
    let reading: any Connection
    let history: History

    /// Whether the source is a database of this very program's, at whatever position.
    func isOwn() throws -> Bool {
        switch try position() {
        case .current, .behind, .newer: true
        case .changed, nil: false
        }
    }

    /// Where the source stands; `nil` where it has no ledger, or one of another history.
    private func position() throws -> Position? {
        let ledger = Ledger(connection: reading)
        let entries = try ledger.entries(of: history)
        return entries.isEmpty ? nil : try? ledger.position(of: entries, in: history)
    }

    /// Indexes and the like are the history's affair, and so are triggers and full-text tables that it made in the source itself; what only
    /// the source holds is worth a word.
    func isWorthSaying(_ left: Omission) throws -> Bool {
        switch left.kind {
        case .view: true
        case .trigger, .virtualTable: try !isOwn()
        case .shadowTable, .index, .column, .constraint, .other, .foreignKey: false
        }
    }

    /// What is to be said of a source that is a database of this very program's, at an earlier position; `nil` of others.
    func remark() throws -> String? {
        guard case .behind(let ids) = try position() else { return nil }
        return
            "the source lacks \(ids.joined(separator: ", ")) and was matched by name: to carry its rows through these migrations, "
            + "run up on a copy of it first"
    }
}
