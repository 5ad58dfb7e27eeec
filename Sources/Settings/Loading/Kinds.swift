import Migrator

extension KnownKey.Kind {
    /// Returns what a value of this kind should be, and how to correct it; `nil` if the value is of this kind.
    func refusal(of value: SettingsValue) -> (what: String, remedy: String)? {
        switch self {
        case .anything: return nil
        case .list: return value.list == nil ? ("a list", "write its items as - lines") : nil
        case .text: return value.scalar == nil ? ("text", "write one word, or text in quotes") : nil
        case .flag: return value.flag == nil ? ("yes or no", "write true or false") : nil
        case .number(let range):
            let fits = value.number.map(range.contains) ?? false
            return fits ? nil : ("a number from \(range.lowerBound) to \(range.upperBound)", "write one")
        case .duration:
            let isOne = value.scalar.map { $0.text == "off" || DurationText.seconds($0.text) != nil } ?? false
            return isOne ? nil : ("a number of days or hours, or off", "write 90d, 36h or off")
        case .word(let words):
            guard let text = value.scalar?.text, words.contains(text) else {
                let near = value.scalar.flatMap { Suggestion.nearest(to: $0.text, in: words) }
                return (
                    "one of \(words.joined(separator: ", "))", near.map { "did you mean \($0)?" } ?? "write one of them"
                )
            }
            return nil
        }
    }
}

extension SettingsValue {
    /// The text of a scalar, whatever type YAML gives it: `no` is a name where a name is expected. `nil` for an empty value, a
    /// list or a map.
    var text: String? { isNull ? nil : scalar?.text }

    var flag: Bool? {
        guard let scalar else { return nil }
        if case .boolean(let flag) = Scalar(text: scalar.text, style: .plain).meaning { return flag }
        return nil
    }

    /// The number that YAML means, and that is shown (`010` is 8, `1_000` is 1000), or a number in quotes.
    var number: Int? {
        guard let scalar else { return nil }
        if case .integer(let number) = scalar.meaning { return Int(exactly: number) }
        return Int(scalar.text)
    }
}
