import Dialects
import FoundationEssentials

/// Renders operations as a text that changes only with their meaning, never with formatting, comments or paths.
enum CanonicalOperations {
    static func text(of operations: [SchemaOperation]) -> String { operations.canonicalJSON.canonical() }

    static func operations(in text: String) throws -> [SchemaOperation] {
        try JSONDecoder().decode([SchemaOperation].self, from: Data(text.utf8))
    }

    static func checksum(of text: String) -> String { Digest(of: text.utf8).hexadecimal }

    /// Returns the checksum of the operations' text without building the text: a history of a thousand migrations is compared at
    /// every start of a program.
    static func checksum(of operations: [SchemaOperation]) -> String {
        Digest(of: operations.canonicalJSON.canonicalBytes()).hexadecimal
    }

    /// Describes the first operation in which two texts differ, for the message about an edited migration.
    static func difference(applied: String, now: String) -> String {
        guard let old = try? operations(in: applied), let new = try? operations(in: now) else {
            return "its operations differ from those that were applied"
        }
        for at in 0..<max(old.count, new.count) {
            if at >= old.count { return "operation \(at + 1) is new: \(summary(new[at]))" }
            if at >= new.count { return "operation \(at + 1) is gone: \(summary(old[at]))" }
            if old[at] != new[at] { return "operation \(at + 1) differs: \(detail(old[at], new[at]))" }
        }
        return "its canonical form differs"
    }

    private static func detail(_ old: SchemaOperation, _ new: SchemaOperation) -> String {
        if case .createTable(let was) = old, case .createTable(let now) = new, was.name == now.name {
            // The database has what was applied, and what is declared is what the migration says now.
            let lines = Schema(tables: [was]).differences(from: Schema(tables: [now])).map { "\($0)" }
            if let first = lines.first { return "\(summary(new)): \(first)" }
        }
        if case .alterTable(let was, let changes) = old, case .alterTable(let now, let others) = new, was == now {
            let pairs = zip(changes, others).enumerated()
            if let first = pairs.first(where: { $0.element.0 != $0.element.1 }) {
                return "\(summary(new)), change \(first.offset + 1)"
            }
        }
        if case .run(let was) = old, case .run(let now) = new { return "\(summary(new)) \(detail(was, now))" }
        return "was \(summary(old)), is \(summary(new))"
    }

    /// Describes the first place in which two scripts differ.
    private static func detail(_ old: Script, _ new: Script) -> String {
        let texts = zip(old.up.texts, new.up.texts).first { $0 != $1 }
        guard let (was, now) = texts else {
            return old.up == new.up ? "has another undo" : "has another text for other databases"
        }
        let common = zip(was, now).prefix { $0 == $1 }.count
        return "was \(excerpt(was, around: common)), is \(excerpt(now, around: common))"
    }

    /// Returns some words of a script around a place in it, on one line, starting at the beginning of a word.
    private static func excerpt(_ text: String, around place: Int) -> String {
        var rest = text[...]
        if place > 20 { rest = text.dropFirst(place - 20).drop { !$0.isWhitespace }.drop(while: \.isWhitespace) }
        let words = String(rest.prefix(60).map { $0.isNewline ? " " : $0 })
        return "“\(rest.startIndex > text.startIndex ? "…" : "")\(words)\(rest.count > 60 ? "…" : "")”"
    }

    static func summary(_ operation: SchemaOperation) -> String {
        switch operation {
        case .createTable(let table): "CreateTable(\"\(table.name)\")"
        case .dropTable(let name): "DropTable(\"\(name)\")"
        case .renameTable(let old, let new): "RenameTable(\"\(old)\", to: \"\(new)\")"
        case .alterTable(let name, _): "AlterTable(\"\(name)\")"
        case .createView(let view): "CreateView(\"\(view.name)\")"
        case .dropView(let name): "DropView(\"\(name)\")"
        case .run: "RunSQL"
        case .runSwift(let step): "Run(\"\(step.name)\")"
        }
    }
}
