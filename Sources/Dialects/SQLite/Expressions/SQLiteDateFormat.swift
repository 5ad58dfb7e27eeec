/// A format of `strftime` (https://www.sqlite.org/lang_datefunc.html, section 4) whose fields all have a counterpart in
/// PostgreSQL.
struct SQLiteDateFormat {
    fileprivate enum Part {
        case text(String)
        case field(Field)
    }

    fileprivate enum Field: Character {
        case year = "Y"
        case month = "m"
        case day = "d"
        case hour = "H"
        case minute = "M"
        case second = "S"
        case milliseconds = "f"
        case dayOfYear = "j"
        case dayOfWeek = "w"
        case week = "W"
        case epoch = "s"
    }

    private let parts: [Part]

    /// Reads a format. Returns `nil` if a field of it has no counterpart.
    init?(_ format: String) {
        var parts: [Part] = []
        var rest = Substring(format)
        while let character = rest.popFirst() {
            guard character == "%" else {
                parts.append(.text(String(character)))
                continue
            }
            guard let letter = rest.popFirst(), let fields = Self.parts(of: letter) else { return nil }
            parts += fields
        }
        self.parts = parts
    }

    private static func parts(of letter: Character) -> [Part]? {
        switch letter {
        case "%": [.text("%")]
        case "F": [.field(.year), .text("-"), .field(.month), .text("-"), .field(.day)]
        case "T": [.field(.hour), .text(":"), .field(.minute), .text(":"), .field(.second)]
        case "R": [.field(.hour), .text(":"), .field(.minute)]
        default: Field(rawValue: letter).map { [.field($0)] }
        }
    }

    /// Renders a moment by `to_char` where that has the field (PostgreSQL's manual, 9.8).
    func template(_ moment: String) -> String {
        joined {
            $0.template
        } by: {
            "to_char(\(moment), \(SQLText.literal($0)))"
        } others: {
            $0.immutable(moment)
        }
    }

    /// Renders a moment by functions that are immutable. `to_char` is not: some of its fields depend on the session's language.
    func immutable(_ moment: String) -> String {
        joined {
            $0.literalText
        } by: {
            SQLText.literal($0)
        } others: {
            $0.immutable(moment)
        }
    }

    /// Joins the parts. Adjacent parts that have a `text` are rendered together, all others one by one.
    private func joined(
        _ text: (Part) -> String?, by render: (String) -> String, others: (Part) -> String
    ) -> String {
        var pieces: [String] = []
        var pending = ""
        func close() {
            if !pending.isEmpty { pieces.append(render(pending)) }
            pending = ""
        }
        for part in parts {
            if let text = text(part) {
                pending += text
            } else {
                close()
                pieces.append(others(part))
            }
        }
        close()
        return pieces.isEmpty ? "''" : pieces.count == 1 ? pieces[0] : "(\(pieces.joined(separator: " || ")))"
    }
}

extension SQLiteDateFormat.Part {
    fileprivate var literalText: String? {
        switch self {
        case .text(let text): text
        case .field: nil
        }
    }

    /// The part in a template of `to_char`; `nil` if such a template has no field for it. Text with a meaning in a template is
    /// quoted.
    fileprivate var template: String? {
        switch self {
        case .text(let text) where text == "\"" || text == "\\": "\"\\\(text)\""
        case .text(let text): text.allSatisfy { $0.isLetter || $0.isNumber } ? "\"\(text)\"" : text
        case .field(.year): "YYYY"
        case .field(.month): "MM"
        case .field(.day): "DD"
        case .field(.hour): "HH24"
        case .field(.minute): "MI"
        case .field(.second): "SS"
        case .field(.milliseconds): "SS.MS"
        case .field(.dayOfYear): "DDD"
        case .field(.dayOfWeek), .field(.week), .field(.epoch): nil
        }
    }

    fileprivate func immutable(_ moment: String) -> String {
        func padded(_ field: String, _ width: Int) -> String {
            "lpad(extract(\(field) FROM \(moment))::text, \(width), '0')"
        }
        return switch self {
        case .text(let text): SQLText.literal(text)
        case .field(.year): padded("year", 4)
        case .field(.month): padded("month", 2)
        case .field(.day): padded("day", 2)
        case .field(.hour): padded("hour", 2)
        case .field(.minute): padded("minute", 2)
        case .field(.dayOfYear): padded("doy", 3)
        case .field(.second): "lpad(floor(extract(second FROM \(moment)))::text, 2, '0')"
        case .field(.milliseconds): "lpad(trunc(extract(second FROM \(moment)), 3)::text, 6, '0')"
        case .field(.epoch): "\(SQLiteExpressionTranslation.epoch(moment))::text"
        case .field(.dayOfWeek): "extract(dow FROM \(moment))::integer::text"
        // Weeks begin on a Monday, and the days before the first Monday are week 0.
        case .field(.week):
            "lpad(((extract(doy FROM \(moment))::integer + 7 - extract(isodow FROM \(moment))::integer) / 7)::text, 2, '0')"
        }
    }
}
