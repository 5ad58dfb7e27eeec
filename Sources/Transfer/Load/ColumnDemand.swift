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

    /// The reason against a NULL.
    static let missing = "is NULL where a value is required"

    /// Whether nothing is demanded.
    package var isEmpty: Bool { self == ColumnDemand() }

    /// Returns the reason why the value does not meet the demand; `nil` if it does.
    func refusal(of value: RawValue) -> String? {
        switch value {
        case .null: return isRequired ? Self.missing : nil
        case .text(let bytes):
            if isBytes { return "is text, not bytes" }
            return isLabel { $0.utf8.elementsEqual(bytes) } ? kept?.refusal(of: bytes) : notALabel
        case .integer(let number):
            return refusalOfNumber
                ?? (isLabel { $0 == String(number) } ? kept?.refusal(of: number) : notALabel)
        case .real(let number): return refusalOfNumber ?? kept?.refusal(of: number)
        case .boolean: return isBytes ? "is a number, not bytes" : nil
        case .blob: return nil
        }
    }

    /// Returns the value as it is to be written.
    func written(_ value: RawValue) -> RawValue {
        guard let kept, case .text(let bytes) = value else { return value }
        return .text(kept.written(bytes))
    }

    private var refusalOfNumber: String? {
        if isBytes { return "is a number, not bytes" }
        return isUncountedSpan ? "is a number, and no rule says what it counts" : nil
    }

    private func isLabel(_ isEqual: (String) -> Bool) -> Bool { labels.isEmpty || labels.contains(where: isEqual) }

    private var notALabel: String {
        "is not one of \(labels.map { SQLText.literal($0) }.listed(upTo: 5))"
    }
}
