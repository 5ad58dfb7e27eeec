/// What texts may differ in that are equal under a nondeterministic collation, by its locale's settings
/// (https://www.postgresql.org/docs/current/collation.html, 24.2.3).
enum PostgreSQLDisregarded: String {
    case letterCase = "case"
    case caseAndAccents = "case and accents"
    case accents = "accents"
    case others = "some differences"

    /// Reads a locale as it is declared: `und-u-ks-level2`, or in ICU's older form `und@colStrength=secondary`.
    init(locale: String) {
        let words = locale.lowercased()
        let isPrimary = words.contains("ks-level1") || words.contains("colstrength=primary")
        let isSecondary = words.contains("ks-level2") || words.contains("colstrength=secondary")
        let hasCaseLevel =
            words.contains("-kc") && !words.contains("-kc-false") || words.contains("colcaselevel=yes")
        self =
            switch (isPrimary, isSecondary, hasCaseLevel) {
            case (true, _, false): .caseAndAccents
            case (true, _, true): .accents
            case (false, true, false): .letterCase
            case (false, _, _): .others
            }
    }

    /// Whether texts that differ in case alone are equal.
    var includesCase: Bool { self == .letterCase || self == .caseAndAccents }
}
