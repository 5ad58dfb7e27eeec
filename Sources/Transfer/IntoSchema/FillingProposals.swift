import Dialects

/// Proposes rules for columns that are there already, from what both sides declare and from the source's values.
struct FillingProposals {
    let source: Inspection
    let target: Inspection
    /// How the values of the target's columns are written, by their tables.
    let written: [String: [String: WrittenColumn]]
    /// Whether the two databases hold their columns' values to their types.
    let holdsSourceTypes, holdsTargetTypes: Bool
    /// The frameworks of both sides, which are recognised by all of their tables.
    private let (sourceFramework, targetFramework): (Framework, Framework)

    init(
        source: Inspection, target: Inspection, written: [String: [String: WrittenColumn]], holdsSourceTypes: Bool,
        holdsTargetTypes: Bool
    ) {
        (self.source, self.target, self.written) = (source, target, written)
        (self.holdsSourceTypes, self.holdsTargetTypes) = (holdsSourceTypes, holdsTargetTypes)
        (sourceFramework, targetFramework) = (Framework(of: source.schema), Framework(of: target.schema))
    }

    /// Returns the rules for a table with these findings, and with these columns that hold fractions (`fractions(in:_:_:)`).
    func proposals(
        for table: SchemaMatch.MatchedTable, _ found: ProfiledTable, fractions: Set<String>
    ) -> [ProposedRule] {
        // What the target's column speaks for is no guess, whoever has made the source.
        let suggested = ProposedRule.proposals(for: [found], in: source, of: sourceFramework, isRecorded: false)
        return table.columns.compactMap { column -> ProposedRule? in
            // A column that a rule skips has no profile.
            let profile = zip(found.table.columns, found.profiles).first { $0.0.name == column.source }?.1
            let place = written[table.target.name]?[column.target]
            let type = place?.type
            // Such values are copied as they are stored.
            if !holdsSourceTypes, let place, place.takesAnyValue, table.isOneType(column, place) { return nil }
            let said = proposal(for: column, of: table, profile, into: type)
            if let said = said ?? (fractions.contains(column.source) ? .fractions : nil) {
                return ProposedRule(said, table: table.source.name, column: column.source)
            }
            return Self.answer(suggested.first { $0.column == column.source }, for: type)
                ?? (profile?.rounded(into: type) ?? profile?.counted(into: type)).map {
                    ProposedRule($0, table: table.source.name, column: column.source)
                }
        }
    }

    private func proposal(
        for column: SchemaMatch.MatchedTable.Pair, of table: SchemaMatch.MatchedTable, _ profile: ColumnProfile?,
        into type: ColumnType?
    ) -> Proposal? {
        let countsMicroseconds = sourceFramework == .django
        let spans =
            if type?.isInterval == true {
                profile?.spans(
                    declared: source.declaredTypes[table.source.name]?[column.source] ?? "",
                    countsMicroseconds: countsMicroseconds)
            } else {
                table.spans(
                    from: column, to: type, declared: target.declaredTypes[table.target.name]?[column.target] ?? "",
                    countsMicroseconds: countsMicroseconds)
            }
        return spans ?? table.counts(from: column, to: type, targetFramework)
            ?? (losesTypes ? table.texts(from: column, to: type) : nil) ?? profile?.zoned(into: type)
    }

    /// The rule that says what the numbers of a column count, where moments are wanted. The target's column speaks for it, too.
    private static func answer(_ suggested: ProposedRule?, for type: ColumnType?) -> ProposedRule? {
        guard type.flatMap(CanonicalForm.init).isOfMoments, var answer = suggested, answer.standing != .undecided,
            case .timestamp(let count, _) = answer.rule, count != .iso
        else { return nil }
        answer.standing = .proposed
        return answer
    }
}

extension ColumnType {
    /// Whether the type is a span of time.
    var isInterval: Bool { CanonicalForm(self) == .interval }

    /// Where one of these two columns holds spans of time, and the other what stands for them by a rule only: what that is.
    func kindOfSpans(in target: ColumnType) -> DeclaredKind? {
        guard isInterval != target.isInterval else { return nil }
        if isInterval, target.isUnknownWordForNumbers { return .numeric }
        let kind = DeclaredKind(isInterval ? target : self)
        switch kind {
        case .integer, .real, .numeric, .decimal, .moment: return kind
        case .text, .bytes, .boolean, .date, .time, .uuid, .varchar, .unknown: return nil
        }
    }
}

extension SchemaMatch.MatchedTable {
    /// What spans of the source most likely are in a target that has no word for them. `countsMicroseconds` says that the program counts
    /// so in columns of integers, which then needs no rule.
    fileprivate func spans(
        from column: Pair, to type: ColumnType?, declared: String, countsMicroseconds: Bool
    ) -> Proposal? {
        guard let from = source[column: column.source]?.type, from.isInterval, let type else { return nil }
        switch from.kindOfSpans(in: type) {
        case .integer where countsMicroseconds: return nil
        case .moment: return Proposal(.span(.since1970), "right if its program stores the end of each span")
        case .integer, .real, .numeric, .decimal:
            if let unit = Proposal(unitIn: declared) { return unit }
            let reason = "right if its program counts in that unit"
            if type.isInteger { return Proposal(.span(.microseconds), reason) }
            return type.isUnknownWordForNumbers
                ? Proposal.undecided(.span(.days), .span(.seconds), "declared \(declared), which names no unit")
                : Proposal(.span(.days), reason)
        case .text, .bytes, .boolean, .date, .time, .uuid, .varchar, .unknown, nil: return nil
        }
    }

    /// Proposes the type by which moments, days and times of day of the source go into a column of decimals as texts.
    fileprivate func texts(from column: Pair, to type: ColumnType?) -> Proposal? {
        guard let from = source[column: column.source]?.type, let type, CanonicalForm(type) == .decimal else {
            return nil
        }
        let text: ProposedRule.ProposedType? =
            switch CanonicalForm(from) {
            case .moment: .timestamp
            case .reading: .datetime
            case .date: .date
            case .time: .time
            case .integer, .real, .decimal, .boolean, .text, .padded, .bytes, .interval, .address, .uuid, .json,
                .stored, nil:
                nil
            }
        return text.map {
            Proposal(.type($0), "\($0.rawValue) for a column of decimals: right if its program keeps texts there")
        }
    }

    /// What the numbers most likely count that the target's program keeps where the source holds moments.
    fileprivate func counts(from column: Pair, to type: ColumnType?, _ framework: Framework) -> Proposal? {
        guard let from = source[column: column.source]?.type, CanonicalForm(from).isOfMoments, let type else {
            return nil
        }
        let reason = "moments for a column of numbers: right if its program counts so"
        switch (framework, DeclaredKind(type)) {
        case (.coreData, .integer), (.coreData, .real): return Proposal(.timestamp(.apple), reason)
        case (.django, .integer), (.rails, .integer), (.sqlAlchemy, .integer), (.unknown, .integer):
            return Proposal(.timestamp(.unix), reason, or: .timestamp(.unixMilliseconds))
        case (.django, .real), (.rails, .real), (.sqlAlchemy, .real), (.unknown, .real):
            return Proposal(.timestamp(.unix), reason, or: .timestamp(.julian))
        case (_, .text), (_, .bytes), (_, .boolean), (_, .date), (_, .time), (_, .moment), (_, .uuid), (_, .varchar),
            (_, .numeric), (_, .decimal), (_, .unknown):
            return nil
        }
    }
}

extension CanonicalForm? {
    /// Whether it is that of moments, with a zone or without.
    fileprivate var isOfMoments: Bool { self == .moment || self == .reading }
}

extension ColumnProfile {
    /// The rule for timestamps that name their zone, if the target's column has none: GORM and Diesel write such values, and declare
    /// such columns.
    fileprivate func zoned(into type: ColumnType?) -> Proposal? {
        let areTexts = values > 0 && values == texts.count
        guard let type, CanonicalForm(type) == .reading,
            TypeChoice.choose(self).type == .timestamp || areTexts && hints.isZoned
        else { return nil }
        return Proposal(
            .timestamp(.iso),
            "timestamps with a zone for a column without one: right if the column is meant to be in UTC")
    }

    /// The rule that says what numbers count, where the target's column says that they are moments, days or times of day; and the ones by
    /// which texts of digits are moments or days, days alone are moments, and texts of .NET's are times of day or spans.
    fileprivate func counted(into type: ColumnType?) -> Proposal? {
        switch type.flatMap(CanonicalForm.init) {
        case .moment:
            counted(as: .moment, isKnown: true) ?? basic(.timestamp(.iso, isUTC: true))
                ?? midnights(hints.hasDaysForMoments)
        case .reading:
            counted(as: .moment, isKnown: true) ?? basic(.timestamp(.iso, isUTC: true))
                ?? midnights(hints.hasDaysForMoments && !hints.hasNaiveDays)
        case .date: counted(as: .date, isKnown: true) ?? basic(.day(.iso))
        case .time: counted(as: .time, isKnown: true) ?? roundedTexts(hints.times, as: .time)
        case .interval: roundedTexts(hints.spans, as: .interval)
        case .integer, .decimal, .real, .boolean, .text, .padded, .bytes, .address, .uuid, .json, .stored,
            nil:
            nil
        }
    }

    private func roundedTexts(_ forms: TextForms, as type: ProposedRule.ProposedType) -> Proposal? {
        guard values > 0, values == texts.count, forms.needRule else { return nil }
        return Proposal(
            .type(type),
            "texts with more than six digits behind the seconds, or days as .NET writes them: right if they may be rounded"
        )
    }

    /// The rule for texts in ISO 8601's basic form: GnuCash and MediaWiki write such days and moments.
    private func basic(_ rule: ProposedRule.Rule) -> Proposal? {
        guard values > 0, values == texts.count else { return nil }
        if hints.isBasicDay { return Proposal(rule, "texts of eight digits that are days, such as 20240131") }
        guard hints.isBasicMoment, rule != .day(.iso) else { return nil }
        return Proposal(rule, "texts of digits that are moments, such as 20240131160828: right if they are in UTC")
    }

    /// The rule for days alone, perhaps beside timestamps. A column of moments without a zone takes them, unless the timestamps need a rule.
    private func midnights(_ needRule: Bool) -> Proposal? {
        guard values > 0, values == texts.count, needRule else { return nil }
        return Proposal(
            .timestamp(.iso, isUTC: true),
            "texts that are days, such as 2024-01-31: right if they mean midnight in UTC")
    }

    /// Timestamps that all name their zone, or all name none, need no rule there.
    fileprivate func rounded(into type: ColumnType?) -> Proposal? {
        guard type.flatMap(CanonicalForm.init).isOfMoments, !hints.isZoned, !hints.isNaive else { return nil }
        return rounded
    }

    /// What these values count as spans of time, most likely. `countsMicroseconds` says that the program counts so; in columns of
    /// integers that needs no rule.
    func spans(declared: String, countsMicroseconds: Bool) -> Proposal? {
        // A default of 0 stands for no time among the moments.
        if meaning == .moment, texts.count > numbers - hints.zeros {
            let beside = hints.zeros > 0 ? ", beside zeros" : ""
            return Proposal(.span(.since1970), "timestamps for a time span\(beside): right if the span begins in 1970")
        }
        guard numbers > 0 else { return nil }
        if countsMicroseconds && meaning == .integer { return nil }
        if let unit = Proposal(unitIn: declared), reals.count > 0 || SpanRule(namedIn: declared) != nil { return unit }
        if countsMicroseconds {
            return Proposal(.span(.microseconds), "numbers for a time span: its program counts microseconds")
        }
        if reals.count > 0 || declared.lowercased() == "interval" {
            return Proposal.undecided(.span(.days), .span(.seconds), "numbers for a time span: days or seconds")
        }
        return Proposal.undecided(.type(.interval), .span(.seconds), "numbers for a time span: microseconds or seconds")
    }
}

extension Proposal {
    /// The type by which fractions of the source go into a column of integers that holds any number.
    fileprivate static var fractions: Proposal {
        Proposal(.type(.real), "fractions for a column of integers: right if its program keeps them there")
    }

    /// The unit of spans of time that a declared type of numbers names; `nil` if it names none.
    fileprivate init?(unitIn declared: String) {
        // So Pony declares its column of days.
        if declared.lowercased() == "interval" {
            self.init(.span(.days), "declared INTERVAL: right if its program counts days, as Pony does")
            return
        }
        guard let unit = SpanRule(namedIn: declared) else { return nil }
        self.init(.span(unit), "numbers for a time span, declared \(declared)")
    }
}
