import Dialects

extension ProfiledTable {
    /// What rules make of the values of columns, by the columns' names, where the source held values of another kind, and what becomes of
    /// dates and times of day that have more in the source.
    var conversions: [String: ValueConversion] {
        var conversions: [String: ValueConversion] = [:]
        for (at, column) in table.columns.enumerated() where at < columnRules.count && at < profiles.count {
            conversions[column.name] = columnRules[at].conversion(of: column, profiles[at])
        }
        return conversions
    }
}

extension EffectiveColumnRule {
    fileprivate func conversion(of column: Column, _ profile: ColumnProfile) -> ValueConversion? {
        switch reading {
        case .moment(let rule) where rule.count != .iso: ValueConversion(reading, to: type ?? .timestamp)
        case .span: ValueConversion(reading, to: type ?? .interval)
        case .moment, .counted, .numbered, .double, .digits, .bytesOfUUID, .cleaned, nil:
            type.flatMap { $0.isOfAnotherKind(than: profile) ? ValueConversion(reading, to: $0) : nil }
                ?? (profile.isAbridged ? ValueConversion(reading, to: column.type) : nil)
        }
    }
}

extension ColumnType {
    /// Whether a column of this type holds another kind of value than some of those that were found.
    fileprivate func isOfAnotherKind(than profile: ColumnProfile) -> Bool {
        switch self {
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean: !profile.texts.isNone
        case .text, .varchar, .json, .jsonText: profile.numbers > 0
        case .bytes: !profile.texts.isNone || profile.numbers > 0
        case .timestamp, .datetime, .date, .time, .interval, .uuid, .native:
            profile.numbers > 0 || !profile.blobs.isNone
        }
    }
}
