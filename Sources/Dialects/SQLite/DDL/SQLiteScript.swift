// The script that the sqlite3 shell can run.

extension SQLiteDialect {
    public func script(_ steps: [ScriptStep]) -> String {
        var lines = [
            "-- For the sqlite3 shell, and a database that holds only what the migrations declare.",
            ".bail on",
        ]
        for step in steps {
            lines.append("")
            lines.append("-- \(step.title)")
            // Inside a transaction this pragma does nothing (https://www.sqlite.org/pragma.html#pragma_foreign_keys).
            lines.append("PRAGMA foreign_keys = \(step.lowering.rebuildsTable ? "OFF" : "ON");")
            lines.append("BEGIN IMMEDIATE;")
            if step.lowering.rebuildsTable { lines.append(SQLiteDialect.countViolations) }
            lines += step.lowering.statements.map(SQLText.terminated)
            if step.lowering.rebuildsTable { lines += SQLiteDialect.stopAtViolations }
            lines.append("COMMIT;")
        }
        lines.append("PRAGMA foreign_keys = ON;")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Counts the orphans before the migration, which it has not caused.
    private static let countViolations =
        "CREATE TEMP TABLE tc_orphans AS SELECT count(*) AS found FROM pragma_foreign_key_check;"

    /// Turns new orphans into an error, because the shell stops only at errors.
    private static let stopAtViolations = [
        "CREATE TEMP TABLE tc_violations (found INTEGER CHECK (found <= 0));",
        "INSERT INTO tc_violations SELECT count(*) - (SELECT found FROM tc_orphans) FROM pragma_foreign_key_check;",
        "DROP TABLE tc_violations;",
        "DROP TABLE tc_orphans;",
    ]
}
