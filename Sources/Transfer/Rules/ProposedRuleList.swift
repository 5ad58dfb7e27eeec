// Many proposed rules in few lines, for people. A rules file holds each of them.

extension ProposedRule {
    /// Returns a line for each rule and its reason, with the columns for which both are the same.
    package static func listed(_ rules: [ProposedRule]) -> [String] {
        grouped(rules, by: { "\($0.words) (\($0.reason))" }).map { words, columns in
            "\(columns.listed(upTo: 5)): \(words)"
        }
    }

    /// Returns a line for each rule, with the number of its columns.
    package static func counted(_ rules: [ProposedRule]) -> [String] {
        grouped(rules, by: \.words).map { words, columns in
            columns.count == 1 ? "\(columns[0]): \(words)" : "\(columns.count) columns: \(words)"
        }
    }

    /// The rule, and the one that is as likely.
    var words: String { "\(rule)\(alternative.map { ", or \($0)" } ?? "")" }

    /// Returns the columns with the same words, in the order of their first ones.
    private static func grouped(
        _ rules: [ProposedRule], by text: (ProposedRule) -> String
    ) -> [(words: String, columns: [String])] {
        var order: [String] = []
        var columns: [String: [String]] = [:]
        for rule in rules {
            let words = text(rule)
            if columns[words] == nil { order.append(words) }
            columns[words, default: []].append("\(rule.table).\(rule.column)")
        }
        return order.map { ($0, columns[$0, default: []]) }
    }
}
