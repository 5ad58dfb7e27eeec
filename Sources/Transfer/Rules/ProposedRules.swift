import Dialects

extension ProposedRule {
    /// Returns the rules that the values of these tables and the framework that made them suggest, for columns without a rule of
    /// their own. `isRecorded` says that an application records the migrations with which it makes them.
    static func proposals(
        for tables: [ProfiledTable], in inspection: Inspection, of framework: Framework, isRecorded: Bool
    ) -> [ProposedRule] {
        func evidence(of at: Int, in table: ProfiledTable) -> ColumnEvidence {
            let column = table.table.columns[at]
            return ColumnEvidence(
                column: column, declared: inspection.declaredTypes[table.table.name]?[column.name] ?? "",
                profile: table.profiles[at], table: table.table)
        }
        let common = commonRules(
            tables.flatMap { table in
                table.profiles.indices.filter { table.profiles[$0].values > 0 }.map { evidence(of: $0, in: table) }
            }, framework)
        func alike(_ empty: ColumnEvidence) -> Proposal? {
            guard empty.profile.values == 0, let rule = common[empty.declared.lowercased()], empty.mayFollow(rule)
            else {
                return nil
            }
            return Proposal(rule, "no values: like all other columns declared \(empty.declared)")
        }
        let proposals = tables.flatMap { table in
            table.profiles.indices.compactMap { at -> ProposedRule? in
                let (rule, evidence) = (table.columnRules[at], evidence(of: at, in: table))
                guard rule.type == nil, rule.reading == nil, evidence.column.generated == nil else { return nil }
                guard let proposal = framework.proposal(for: evidence) ?? alike(evidence) else { return nil }
                var proposed = ProposedRule(proposal, table: table.table.name, column: evidence.column.name)
                if framework.isGuess(proposed.rule, for: evidence, isRecorded: isRecorded) {
                    proposed.standing = .guessed
                }
                return proposed
            }
        }
        return KeysOfUUIDs.kept(of: proposals, tables)
    }

    /// Returns the rule that is proposed for every column of a declared type, by that type in lower case. Types whose columns differ
    /// are missing.
    private static func commonRules(_ filled: [ColumnEvidence], _ framework: Framework) -> [String: Rule] {
        Dictionary(grouping: filled) { $0.declared.lowercased() }.compactMapValues { columns -> Rule? in
            // What is a comment for the others is none for a column without values.
            let rules = Set(
                columns.map { column in
                    framework.proposal(for: column).flatMap { $0.standing == .proposed ? $0.rule : nil }
                })
            guard rules.count == 1, let rule = rules.first ?? nil else { return nil }
            // That moments near 1970 are spans is a guess from their values, and money one from names, too, which says nothing of a column
            // without any. A column of booleans becomes one if it has no values.
            switch rule {
            case .span, .type(.boolean), .type(.money): return nil
            case .type, .timestamp, .day, .timeOfDay: return rule
            }
        }
    }

    /// Returns a rules file that holds exactly these rules.
    public static func yaml(_ rules: [ProposedRule]) -> String {
        guard !rules.isEmpty else { return "# The data suggests no rules.\ntables: {}\n" }
        var lines = [
            "# Proposed rules: delete those that you do not want, and pass the file to the transfer as its rules."
        ]
        if rules.contains(where: { $0.standing == .undecided }) {
            lines.append("# Where values leave it open, rules are comments: delete the # before the one that is right.")
        }
        if rules.contains(where: { $0.standing == .guessed }) {
            lines.append(
                "# What values alone suggest is commented out: an application whose models say otherwise fails on it.")
        }
        lines.append("tables:")
        var table: String?
        for rule in rules {
            if rule.table != table {
                lines += ["  \(YAMLWord.of(rule.table)):", "    columns:"]
                table = rule.table
            }
            lines += rule.lines.map { "      \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var lines: [String] {
        func line(_ rule: Rule) -> String { "\(YAMLWord.of(column)): {\(rule.yaml)}" }
        let (own, other) = (line(rule), alternative.map(line))
        switch standing {
        case .proposed: return ["# \(reason)", own] + (other.map { ["# or, equally likely: \($0)"] } ?? [])
        case .undecided, .guessed: return ["# \(reason)", "# \(own)"] + (other.map { ["# \($0)"] } ?? [])
        }
    }
}
