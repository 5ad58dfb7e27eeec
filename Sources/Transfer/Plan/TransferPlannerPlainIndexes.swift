import Dialects

extension TransferPlanner {
    /// Replaces the omissions of indexes that were made in their plain form by remarks: one for all that lack the same.
    mutating func remarkTogetherOnPlainIndexes() {
        let found = omitted.filter { $0.kind == .index && plainIndexes[$0.name] != nil }
        omitted.removeAll { $0.kind == .index && plainIndexes[$0.name] != nil }
        var reasons: [String] = []
        for omission in found where !reasons.contains(omission.reason) { reasons.append(omission.reason) }
        for reason in reasons { remarks.append(remark(on: found.filter { $0.reason == reason }.map(\.name), reason)) }
    }

    private func remark(on names: [String], _ reason: String) -> String {
        if names.count == 1, let table = plainIndexes[names[0]] {
            return "\(table): the index \(names[0]) \(reason): it has the same key without that"
        }
        return "the indexes \(names.joined(separator: ", ")): each \(reason): they have the same keys without that"
    }
}
