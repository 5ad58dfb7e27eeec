import Dialects

/// The file of `--write-triggers`: SQL that makes the source's triggers in the target, and what could not be translated as comments.
enum TriggersFile {
    static func text(of triggers: [TranslatedTrigger]) -> String {
        var parts = [head(triggers)]
        for trigger in triggers {
            guard case .statements(let statements, let note) = trigger.outcome else { continue }
            let remark = note.map { ["-- NOTE: \(oneLine($0))"] } ?? []
            parts.append(
                ([commented(trigger.source.definition)] + remark + statements.map { "\($0);" }).joined(separator: "\n"))
        }
        for trigger in triggers {
            guard case .refused(let reason) = trigger.outcome else { continue }
            parts.append(
                "-- Not translated: \(oneLine(trigger.source.name)): \(oneLine(reason))\n\(commented(trigger.source.definition))"
            )
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func head(_ triggers: [TranslatedTrigger]) -> String {
        guard !triggers.isEmpty else {
            return "-- There is no trigger to translate. The report lists the triggers that stay behind."
        }
        guard triggers.contains(where: { if case .statements = $0.outcome { true } else { false } }) else {
            return "-- None of the source's triggers can be translated."
        }
        return """
            -- The source's triggers in PostgreSQL's SQL. Review and test them before you apply them:
            --     psql --single-transaction -v ON_ERROR_STOP=1 -f THIS-FILE DATABASE
            -- What differs in PostgreSQL:
            --   * AFTER triggers run when a statement has changed all of its rows; in SQLite they run row by row.
            --   * Several triggers of one event run in the order of their names; SQLite promises no order. Where it may matter, numbers
            --     before the names keep the one that SQLite has: the trigger that was created last runs first. Foreign keys are among
            --     them as RI_ConstraintTrigger_...; a trigger named RI! or RI~ has to run before or after them, as in SQLite.
            --   * Where a foreign key changes rows, their AFTER triggers run behind those of the statement's own rows; in SQLite before.
            --   * now() is the time at which the transaction began.
            -- A trigger does not fire itself, as in SQLite while recursive_triggers is off.
            SET client_encoding = 'UTF8';
            """
    }

    /// Each line a comment, whatever it holds.
    private static func commented(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "-- \($0)" }.joined(
            separator: "\n")
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
