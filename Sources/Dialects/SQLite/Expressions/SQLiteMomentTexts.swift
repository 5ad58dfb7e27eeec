/// Moments as texts. A program writes them into SQLite in a form of its own; the target writes each type in one form.
extension SQLiteExpressionTranslation {
    /// Renders a moment as most programs write it. No setting of the session changes the result of `to_char` here.
    func rendered(_ piece: Piece, _ type: ColumnType) throws(Untranslatable) -> String {
        let sql = piece.sql
        switch type {
        case .datetime:
            try requireKnownText(of: piece, type)
            return try withFraction("%Y-%m-%d %H:%M:%S", sql)
        case .timestamp:
            try requireKnownText(of: piece, type)
            return "(\(try withFraction("%Y-%m-%dT%H:%M:%S", "(\(sql) AT TIME ZONE 'UTC')")) || 'Z')"
        case .date: return try formatted("%Y-%m-%d", sql)
        case .time:
            try requireKnownText(of: piece, type)
            return try withFraction("%H:%M:%S", sql)
        case .uuid: return "(\(sql))::text"
        case .interval:
            guard !use.isImmutable else { throw Untranslatable("it uses a \(type) as a text") }
            return "(\(sql))::text"
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .json, .jsonText,
            .bytes,
            .native:
            throw Untranslatable("it uses a \(type) as a text")
        }
    }

    /// Renders a moment or a time of day by a format, and the fraction of its second where it has one.
    private func withFraction(_ format: String, _ sql: String) throws(Untranslatable) -> String {
        let fraction = "nullif(extract(microseconds FROM \(sql))::integer % 1000000, 0)"
        return "(\(try formatted(format, sql)) || coalesce('.' || lpad((\(fraction))::text, 6, '0'), ''))"
    }

    /// Requires that the source's texts of a moment are the target's. Programs write a zone in several ways. The rows of a view
    /// tell whether it is this one, but nothing tells for the rows that come after them.
    private func requireKnownText(of piece: Piece, _ type: ColumnType) throws(Untranslatable) {
        let isKnown =
            switch piece.momentTexts {
            case .absent, .alike: type != .timestamp || use == .view
            case .uniform, .mixed: use == .view
            case .byRule: false
            }
        guard isKnown else {
            throw Untranslatable("it uses a \(type) as a text, which has another form in the target")
        }
    }

    /// Requires that moments compare with each other, or with a literal, as the source's texts of them do: `2024-01-02T03:04` is larger than
    /// `2024-01-02 09:00:00` there.
    func requireLikeOrder(_ a: Piece, _ b: Piece) throws(Untranslatable) {
        guard use != .view else { return }
        for (one, other) in [(a, b), (b, a)] {
            guard case .native(let type) = one.kind else { continue }
            let isKnown =
                switch other.kind {
                case .native: Self.compareAlike(one.momentTexts, other.momentTexts)
                case .text: other.literal.map { Self.compares($0, with: one.momentTexts) } ?? true
                case .null, .integer, .number, .boolean, .bytes: true
                }
            if !isKnown { try requireKnownText(of: one, type) }
        }
    }

    /// Returns whether texts in these forms compare with each other as the moments do that they mean.
    private static func compareAlike(_ a: NamedRelation.MomentTexts, _ b: NamedRelation.MomentTexts) -> Bool {
        switch (a, b) {
        case (.absent, _), (_, .absent), (.byRule, _), (_, .byRule): true
        case (.mixed, _), (_, .mixed): false
        // Two texts of these forms have the parts that both of them hold at the same places.
        case (.alike, .uniform(let form)), (.uniform(let form), .alike): form == "0000-00-00 00:00:00.000000"
        case (.alike, .alike): true
        case (.uniform(let form), .uniform(let other)): form == other
        }
    }

    /// Returns whether texts in these forms compare with the literal as the moments do that both mean.
    private static func compares(_ literal: String, with texts: NamedRelation.MomentTexts) -> Bool {
        func isDay() -> Bool { isReadable(literal, as: .date) }
        switch texts {
        case .absent, .alike, .byRule: return true
        case .uniform(let form):
            return Self.form(of: literal) == form || isDay() && form.contains(":") || !startsWithDigit(literal)
        case .mixed(let haveTimes): return haveTimes && isDay() || !startsWithDigit(literal)
        }
    }

    /// Returns whether the literal has the form in which the target writes a moment.
    static func isRendered(_ literal: String) -> Bool {
        let times = ["00:00:00", "00:00:00.000000"]
        return (times + times.map { "0000-00-00 " + $0 }).contains(form(of: literal))
    }

    /// Returns the text with a zero for each digit.
    private static func form(of literal: String) -> String {
        String(literal.map { $0.isASCII && $0.isNumber ? "0" : $0 })
    }

    /// Returns whether the literal begins with a digit, as every moment does.
    static func startsWithDigit(_ literal: String) -> Bool {
        literal.utf8.first.map { (0x30...0x39).contains($0) } ?? false
    }

    /// Returns how the source writes a moment that is one of these pieces.
    static func momentTexts(of pieces: [Piece]) -> NamedRelation.MomentTexts {
        let texts = pieces.filter { if case .native = $0.kind { $0.momentTexts != .absent } else { false } }.map(
            \.momentTexts)
        guard let first = texts.first, texts.contains(where: { $0 != first }) else { return texts.first ?? .alike }
        return texts.contains(.byRule) ? .byRule : .mixed(haveTimes: false)
    }

    /// Returns a moment's text with the zone UTC if it has none: the function of a trigger would read it in the session's zone.
    static func inUTC(_ text: String, of type: ColumnType) -> String {
        guard type == .timestamp else { return text }
        if isReadable(text, as: .date) { return "\(text) 00:00:00Z" }
        return isReadable(text, as: .datetime) ? "\(text)Z" : text
    }
}
