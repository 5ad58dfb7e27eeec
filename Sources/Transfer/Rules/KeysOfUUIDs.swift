import Dialects

/// The columns that are uuids on both sides of their foreign keys. A rule gives a column and the one that it refers to the same type, so
/// `type: uuid` is proposed only where the values of both are uuids.
struct KeysOfUUIDs {
    private struct Place: Hashable {
        var table: String
        var column: String
    }

    private static let rule = ProposedRule.Rule.type(.uuid)
    private var uuids: Set<Place> = []

    init(_ tables: [ProfiledTable], _ proposals: [ProposedRule]) {
        var linked: [Place: [Place]] = [:]
        for table in tables {
            for (at, profile) in table.profiles.enumerated()
            where profile.values == 0 || TypeChoice.choose(profile).type == .uuid {
                uuids.insert(Place(table: table.table.name, column: table.table.columns[at].name))
            }
            for key in table.table.foreignKeys {
                for (column, parent) in zip(key.columns, key.parentColumns) {
                    let ends = (
                        Place(table: table.table.name, column: column), Place(table: key.parent, column: parent)
                    )
                    linked[ends.0, default: []].append(ends.1)
                    linked[ends.1, default: []].append(ends.0)
                }
            }
        }
        for proposal in proposals where proposal.rule == Self.rule {
            uuids.insert(Place(table: proposal.table, column: proposal.column))
        }
        // One column that is no uuid spoils all that are linked to it.
        var spoilt = linked.keys.filter { !uuids.contains($0) }
        while let place = spoilt.popLast() {
            spoilt += (linked[place] ?? []).filter { uuids.remove($0) != nil }
        }
    }

    /// Returns the proposals without those for a uuid that is linked to a column which is none. One that is linked to a guess is a guess:
    /// a rule for one end of a key holds for the other end, too.
    static func kept(of proposals: [ProposedRule], _ tables: [ProfiledTable]) -> [ProposedRule] {
        let all = KeysOfUUIDs(tables, proposals)
        let certain = KeysOfUUIDs(tables, proposals.filter { $0.standing == .proposed })
        return proposals.filter(all.allows).map { proposal in
            var proposal = proposal
            if !certain.allows(proposal) { proposal.standing = .guessed }
            return proposal
        }
    }

    private func allows(_ proposal: ProposedRule) -> Bool {
        proposal.rule != Self.rule || uuids.contains(Place(table: proposal.table, column: proposal.column))
    }
}
