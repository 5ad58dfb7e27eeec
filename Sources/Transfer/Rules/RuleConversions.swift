import Dialects

extension ProfiledTable {
    /// Returns the table for the source's translators. `seen` is the table with the types of the target.
    func named(_ seen: Table) -> NamedRelation {
        let declared = table.columns.map { ($0.name, $0.type) }
        let moments = zip(table.columns, zip(columnRules, profiles)).map { ($0.name, $1.0.momentTexts($1.1)) }
        return NamedRelation(
            seen, conversions: conversions, declared: Dictionary(declared, uniquingKeysWith: { first, _ in first }),
            dynamicColumns: dynamicColumns(seen),
            momentTexts: Dictionary(moments, uniquingKeysWith: { first, _ in first }))
    }

    /// The columns that convert nothing and hold numbers beside texts. Their texts do not tell which of them are numbers: '7' may be either.
    /// Nor do the bytes that a column becomes which holds blobs beside other values.
    private func dynamicColumns(_ seen: Table) -> [String: Bool] {
        let found = zip(table.columns, zip(seen.columns, profiles)).filter { column, made in
            let (target, profile) = made
            guard target.type != .bytes else { return profile.isMixed }
            return column.type.isUndeclared && profile.numbers > 0 && !profile.texts.isNone
        }
        return Dictionary(found.map { ($0.0.name, false) }, uniquingKeysWith: { first, _ in first })
    }

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
    /// How the column's moments are written.
    fileprivate func momentTexts(_ profile: ColumnProfile) -> NamedRelation.MomentTexts {
        guard !profile.texts.isNone else { return .absent }
        if case .moment = reading { return .byRule }
        switch type {
        case .timestamp, .datetime, .date, .time: return .byRule
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .interval, .uuid,
            .json, .jsonText, .bytes, .native, nil:
            return CalendarShape.texts(of: profile.shapeCounts.map(\.shape), as: profile.meaning)
        }
    }

    fileprivate func conversion(of column: Column, _ profile: ColumnProfile) -> ValueConversion? {
        // Numbers count up as moments and spans do. Texts of numbers do not: '10' comes before '9'.
        let areNumbers = !column.type.isText
        switch reading {
        case .moment(let rule) where rule.count != .iso || rule.shiftsTexts:
            return ValueConversion(reading, to: type ?? .timestamp, keepsOrder: areNumbers || rule.count == .iso)
        // Texts, too, may have shown the day otherwise: by its midnight somewhere, or by its digits alone.
        case .day(let rule):
            return ValueConversion(reading, to: type ?? .timestamp, keepsOrder: areNumbers || rule.count == .iso)
        case .timeOfDay(let rule) where rule.count != .iso:
            return ValueConversion(reading, to: type ?? .timestamp, keepsOrder: areNumbers)
        case .span: return ValueConversion(reading, to: type ?? .interval, keepsOrder: areNumbers)
        case .moment, .timeOfDay, .spanOfText, .counted, .numbered, .double, .words, .digits, .bytesOfUUID, .cleaned,
            nil:
            if let type, type.isOfAnotherKind(than: profile) {
                return ValueConversion(reading, to: type, keepsOrder: false)
            }
            // Uuids of one notation have the order of their texts, and another text than before.
            if type == .uuid, !profile.texts.isNone, TypeChoice.choose(profile).type != .uuid {
                return ValueConversion(reading, to: .uuid, keepsOrder: true)
            }
            // A day has the order of its midnight, and only one of each is left.
            guard profile.isAbridged else { return nil }
            return ValueConversion(
                reading, to: column.type, keepsOrder: true, isRuled: reading != nil || type != nil)
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
