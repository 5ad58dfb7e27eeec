import Dialects

/// The demands of a column on its values, beyond what its type can hold.
package struct ColumnDemand: Equatable, Sendable {
    /// Whether the value must not be NULL.
    package var isRequired = false
    /// Whether the value must be stored as bytes: text and numbers would become bytes unnoticed.
    package var isBytes = false
    /// The only texts that the column takes, as an enumeration does; empty if it takes any.
    package var labels: [String] = []
    /// Whether the column holds spans of time, and nothing says what a number counts.
    package var isUncountedSpan = false
    /// What a column of numbers must keep of a value; `nil` for every other column.
    package var kept: KeptNumber?

    package init(
        isRequired: Bool = false, isBytes: Bool = false, labels: [String] = [], isUncountedSpan: Bool = false,
        kept: KeptNumber? = nil
    ) {
        self.isRequired = isRequired
        self.isBytes = isBytes
        self.labels = labels
        self.isUncountedSpan = isUncountedSpan
        self.kept = kept
    }

    /// Whether nothing is demanded.
    package var isEmpty: Bool { self == ColumnDemand() }

    /// Returns the reason why the value does not meet the demand; `nil` if it does.
    func refusal(of value: RawValue) -> String? {
        switch value {
        case .null: return isRequired ? "is NULL where a value is required" : nil
        case .text(let bytes):
            if isBytes { return "is text, not bytes" }
            return isLabel { $0.utf8.elementsEqual(bytes) } ? kept?.refusal(of: bytes) : notALabel
        case .integer(let number):
            return refusalOfNumber ?? (isLabel { $0 == String(number) } ? nil : notALabel)
        case .real(let number): return refusalOfNumber ?? kept?.refusal(of: number)
        case .boolean: return isBytes ? "is a number, not bytes" : nil
        case .blob: return nil
        }
    }

    private var refusalOfNumber: String? {
        if isBytes { return "is a number, not bytes" }
        return isUncountedSpan ? "is a number, and no rule says what it counts" : nil
    }

    private func isLabel(_ isEqual: (String) -> Bool) -> Bool { labels.isEmpty || labels.contains(where: isEqual) }

    private var notALabel: String {
        let shown = labels.prefix(5).map { SQLText.literal($0) }.joined(separator: ", ")
        return "is not one of \(shown)" + (labels.count > 5 ? " and \(labels.count - 5) more" : "")
    }
}

/// What a column of numbers that is there already must keep of the values it gets.
package enum KeptNumber: Sendable {
    /// The number: a column of SQLite's affinity NUMERIC or REAL holds whole numbers of 64 bits, and doubles
    /// (https://www.sqlite.org/datatype3.html, section 3).
    case value
    /// The text, in a column which gives each number back with as many decimals as it got: `007` and `+5` would be lost.
    case textOfAnyScale
    /// The text, in a column which gives each number back with as few decimals as it needs: `1.50` would be lost, too.
    case shortestText

    func refusal(of number: Double) -> String? {
        switch self {
        case .value, .shortestText:
            number == 0 && number.sign == .minus ? "is -0.0, whose sign the column drops" : nil
        case .textOfAnyScale: nil
        }
    }

    func refusal(of text: UnsafeRawBufferPointer) -> String? {
        guard DecimalText(text) != nil else { return nil }
        let hasDoublesDigits = Self.digits(of: text) <= 15 || Int64(String(decoding: text, as: UTF8.self)) != nil
        switch self {
        case .value: return hasDoublesDigits ? nil : "has more digits than a double holds"
        case .textOfAnyScale: return Self.isPlain(text) ? nil : Self.otherText
        case .shortestText:
            let endsInZero = text.contains(UInt8(ascii: ".")) && text.last == UInt8(ascii: "0")
            return Self.isPlain(text) && !endsInZero && hasDoublesDigits ? nil : Self.otherText
        }
    }

    private static let otherText = "is text that a column of numbers would give back as another text"

    /// The number of digits without leading zeros.
    private static func digits(of text: UnsafeRawBufferPointer) -> Int {
        text.drop { !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }.count {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
    }

    /// Whether the text is a number as databases write it: no sign but `-`, no exponent, no zero before other digits.
    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        let number = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
        let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let areDigits = parts.allSatisfy {
            !$0.isEmpty && $0.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        }
        guard areDigits, let whole = parts.first else { return false }
        return whole.count == 1 || whole.first != UInt8(ascii: "0")
    }
}
