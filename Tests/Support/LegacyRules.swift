import Transfer

extension TransferRules {
    /// The rules with which the fixture `legacy/small.db` fits into the real history: a few of its rows hold broken JSON, and one title a
    /// NUL.
    public static var forLegacyDatabase: TransferRules {
        var rules = TransferRules()
        rules.onMismatch = .quarantine
        var sessions = TableRule(name: "sessions", line: 1)
        sessions.columns = [ColumnRule(name: "title", line: 2)]
        sessions.columns[0].nul = "?"
        rules.tables = [sessions]
        return rules
    }
}
