import Dialects

/// Matches the names of two sides. Equal names belong together. Of the others, two names belong together if a transfer in
/// either direction makes one from the other, or if a database of any kind on the way has done so. It reads no database.
struct NameMatch {
    /// The matched names, in the source's order.
    private(set) var pairs: [(source: String, target: String)] = []
    private(set) var onlyInSource: [String] = []
    private(set) var onlyInTarget: [String] = []

    /// Matches all names of one side with all names of the other. Both lists are in the order in which a transfer assigns
    /// names.
    init(
        _ ours: [String], _ theirs: [String], from source: any TransferTarget, to target: any TransferTarget
    ) {
        var counterparts = Dictionary(uniqueKeysWithValues: Set(ours).intersection(theirs).map { ($0, $0) })
        let known = Set(ours)
        var free = Set(theirs).subtracting(known)
        let ways = [(source, target)] + DatabaseURL.dialects.map { ($0, $0) }
        for (source, target) in ways where !free.isEmpty {
            for lowercase in [false, true] {
                for (ours, theirs) in Self.renamed(ours, by: target, lowercase) where counterparts[ours] == nil {
                    if free.remove(theirs) != nil { counterparts[ours] = theirs }
                }
                for (theirs, ours) in Self.renamed(theirs, by: source, lowercase) where free.contains(theirs) {
                    guard known.contains(ours), counterparts[ours] == nil else { continue }
                    counterparts[ours] = theirs
                    free.remove(theirs)
                }
            }
        }
        pairs = ours.compactMap { name in counterparts[name].map { (name, $0) } }
        onlyInSource = ours.filter { counterparts[$0] == nil }
        onlyInTarget = theirs.filter(free.contains)
    }

    private static func renamed(
        _ names: [String], by target: any TransferTarget, _ lowercase: Bool
    ) -> [(String, String)] {
        var given = TargetNames(
            longest: target.longestName, distinguishesCase: target.distinguishesCase, lowercase: lowercase,
            reserved: target.reservedColumns.union(target.reservedRelations), reservedPrefix: target.reservedPrefix)
        let result = given.tables(names)
        return names.compactMap { name in result[name].flatMap { $0 == name ? nil : (name, $0) } }
    }
}
