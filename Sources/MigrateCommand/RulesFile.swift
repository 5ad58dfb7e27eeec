import Dialects
import Migrator
import TCYAML
import Transfer

/// Reads the rules of a transfer from YAML. An unknown word is an error, which names the line and the nearest known word.
enum RulesFile {
    /// Parses the text of a rules file. Throws `TransferError.badRule`.
    static func parse(_ text: String) throws(TransferError) -> TransferRules {
        var rules = TransferRules()
        guard let root = try compose(text) else { return rules }
        for (key, field) in try fields(of: root, as: FileKey.self, in: "a rules file") {
            switch key {
            case .onMismatch: rules.onMismatch = try policy(field)
            case .lowercaseNames: rules.lowercaseNames = try flag(field)
            case .nocase: rules.nocase = try nocase(field)
            case .tables:
                var tables: [TransferRules.TableRule] = []
                for table in try fields(of: field.value) { tables.append(try self.table(table)) }
                rules.tables += tables
            }
        }
        return rules
    }

    private static func table(_ node: Field) throws(TransferError) -> TransferRules.TableRule {
        var rule = TransferRules.TableRule(name: node.name, line: node.line)
        for (key, field) in try fields(of: node.value, as: TableKey.self, in: "the rules of a table") {
            switch key {
            case .skip: rule.isSkipped = try flag(field)
            case .rename: rule.rename = try name(field)
            case .order: rule.order = try order(field)
            case .onMismatch: rule.onMismatch = try policy(field)
            case .columns: for column in try fields(of: field.value) { rule.columns.append(try self.column(column)) }
            }
        }
        return rule
    }

    private static func column(_ node: Field) throws(TransferError) -> TransferRules.ColumnRule {
        var rule = TransferRules.ColumnRule(name: node.name, line: node.line)
        for (key, field) in try fields(of: node.value, as: ColumnKey.self, in: "the rules of a column") {
            switch key {
            case .type: rule.type = try type(field)
            case .timestamp:
                rule.moment = try word(field, TimestampRule.Count.allCases.map(\.rawValue), TimestampRule.Count.init)
            case .zone: rule.minutesAhead = try zone(field)
            case .span: rule.span = try word(field, SpanRule.allCases.map(\.rawValue), SpanRule.init)
            case .nul: rule.nul = try text(field)
            case .nocase: rule.nocase = try nocase(field)
            case .rename: rule.rename = try name(field)
            case .skip: rule.isSkipped = try flag(field)
            case .onMismatch: rule.onMismatch = try policy(field)
            }
        }
        return rule
    }
}

// MARK: - Keys

extension RulesFile {
    private enum FileKey: String, CaseIterable {
        case onMismatch = "on_mismatch"
        case lowercaseNames = "lowercase_names"
        case nocase, tables
    }

    private enum TableKey: String, CaseIterable {
        case skip, rename, order
        case onMismatch = "on_mismatch"
        case columns
    }

    private enum ColumnKey: String, CaseIterable {
        case type, timestamp, zone, span, nul, nocase, rename, skip
        case onMismatch = "on_mismatch"
    }
}

// MARK: - Nodes

extension RulesFile {
    /// A key, its line, and its value.
    private struct Field {
        var name: String
        var line: Int
        var value: YAMLNode
    }

    private static func compose(_ text: String) throws(TransferError) -> YAMLNode? {
        do { return try YAML.node(of: text) } catch {
            let (line, problem) =
                switch error {
                case .malformed(let line, let problem): (line ?? 1, problem)
                case .tooDeep(let line): (line, "it is nested more than \(YAML.deepest) levels deep")
                }
            throw .badRule(
                line: line, problem: "this is not YAML: \(problem)", remedy: "see docs/transfer.md for an example")
        }
    }

    /// Returns the members of a mapping by their keys. Any other member is refused.
    private static func fields<Key: RawRepresentable<String> & CaseIterable>(
        of node: YAMLNode, as keys: Key.Type, in place: String
    ) throws(TransferError) -> [(key: Key, field: Field)] {
        var known: [(Key, Field)] = []
        for field in try fields(of: node) {
            guard let key = Key(rawValue: field.name) else {
                let words = keys.allCases.map(\.rawValue)
                throw .badRule(
                    line: field.line, problem: "\(field.name) is not a key of \(place)",
                    remedy: endOfQuoted(field) ?? TransferRules.suggestion(field.name, words)
                        ?? "the keys are \(words.joined(separator: ", "))")
            }
            known.append((key, field))
        }
        return known
    }

    /// Returns the remedy for a key that is the end of a type: inside `{…}` the comma in `decimal(12,2)` ends the value.
    private static func endOfQuoted(_ field: Field) -> String? {
        field.name.hasSuffix(")") ? #"inside {…}, write a value with a comma in quotes, such as "decimal(12,2)""# : nil
    }

    /// Returns the members of a mapping, whatever their names. One whose members are all commented out has none.
    private static func fields(of node: YAMLNode) throws(TransferError) -> [Field] {
        if case .scalar(let text, .plain) = node.content, text.isEmpty { return [] }
        guard case .mapping(let members) = node.content else {
            throw refusal(node, "this must be a mapping from names to their rules", "write name: {…}")
        }
        var fields: [Field] = []
        for (key, value) in members {
            guard let name = key.text else {
                throw refusal(key, "this must be a name", "write it in quotes")
            }
            fields.append(Field(name: name, line: key.line, value: value))
        }
        return fields
    }

    private static func refusal(_ node: YAMLNode, _ problem: String, _ remedy: String) -> TransferError {
        .badRule(line: node.line, problem: problem, remedy: remedy)
    }

    private static func refusal(_ field: Field, _ remedy: String) -> TransferError {
        let value = field.value.text ?? "what follows"
        return .badRule(line: field.line, problem: "\(field.name): \(value) is not understood", remedy: remedy)
    }
}

// MARK: - Values

extension RulesFile {
    /// Returns a value's text as it is written: `null`, `on` and `1` are words here.
    private static func text(_ field: Field) throws(TransferError) -> String {
        guard case .scalar(let text, let style) = field.value.content, !(style == .plain && text.isEmpty) else {
            throw refusal(field, "write text, in quotes if it is empty")
        }
        return text
    }

    private static func name(_ field: Field) throws(TransferError) -> String {
        let name = try text(field)
        guard !name.isEmpty, !name.utf8.contains(0) else { throw refusal(field, "write the new name") }
        return name
    }

    private static func word<T>(
        _ field: Field, _ words: [String], _ make: (String) -> T?
    ) throws(TransferError) -> T {
        let word = try text(field)
        guard let value = make(word) else {
            let suggestion = TransferRules.suggestion(word, words)
            throw refusal(field, suggestion ?? "write one of \(words.joined(separator: ", "))")
        }
        return value
    }

    private static func policy(_ field: Field) throws(TransferError) -> MismatchPolicy {
        try word(field, MismatchPolicy.allCases.map(\.rawValue), MismatchPolicy.init)
    }

    private static func nocase(_ field: Field) throws(TransferError) -> NocasePolicy {
        try word(field, NocasePolicy.allCases.map(\.rawValue), NocasePolicy.init)
    }

    private static func flag(_ field: Field) throws(TransferError) -> Bool {
        try word(field, ["true", "false"]) { $0 == "true" ? true : $0 == "false" ? false : nil }
    }

    private static func order(_ field: Field) throws(TransferError) -> TransferRules.LoadOrder {
        try word(field, ["first", "last", "a number"]) { word in
            switch word {
            case "first": .first
            case "last": .last
            default: Int(word).map { .number($0) }
            }
        }
    }

    private static func type(_ field: Field) throws(TransferError) -> ColumnType {
        let words = [
            "smallint", "integer", "bigint", "real", "decimal(p,s)", "numeric", "text", "varchar(n)", "boolean",
            "timestamp",
            "datetime", "date", "time", "interval", "inet", "uuid", "jsonb", "jsonText", "bytes",
        ]
        return try word(field, words) { word in
            let word = word.lowercased().replacing(" ", with: "")
            switch word {
            case "jsonb": return .json
            case "jsontext": return .jsonText
            case "inet": return .native(sqlite: "TEXT", postgresql: word)
            default: return ColumnType(named: word)
            }
        }
    }

    /// Returns the minutes by which a zone is ahead of UTC. Named zones are refused: in a zone with summer time one hour occurs
    /// twice, and nothing says which of the two is meant.
    private static func zone(_ field: Field) throws(TransferError) -> Int {
        let zone = try text(field)
        if zone == "UTC" || zone == "Z" { return 0 }
        guard let match = zone.wholeMatch(of: /([+-])(\d\d):(\d\d)/), let hours = Int(match.2),
            let minutes = Int(match.3), hours < 16, minutes < 60
        else { throw refusal(field, #"write UTC, or ±HH:MM with less than 16 hours, such as "+02:00""#) }
        return (match.1 == "-" ? -1 : 1) * (hours * 60 + minutes)
    }
}
