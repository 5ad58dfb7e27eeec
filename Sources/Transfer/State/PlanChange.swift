/// An option that determines what a transfer does, so that a resumed run must have the same. The raw value is the key under which
/// the target records it: it stays as it is, whatever a program calls the option.
public enum RecordedOption: String, Sendable, CaseIterable {
    /// The tables to take.
    case tables = "--tables"
    /// The tables to leave out.
    case exclude = "--exclude"
    /// The comparison at the end.
    case verification = "--verify"
    /// The policy for values that do not fit.
    case onMismatch = "--on-mismatch"
    /// Whether names are changed to lower case.
    case lowercaseNames = "--lowercase-names"
    /// The policy for columns that ignore case.
    case nocase = "--nocase"
    /// The rules for single tables and columns.
    case rules = "--rules"
    /// The size of a chunk, in megabytes.
    case chunkSize = "--chunk-mb"
}

extension RecordedOption: CustomStringConvertible {
    /// The option's name in ``TransferOptions`` and ``TransferRules``.
    public var description: String {
        switch self {
        case .tables: "tables"
        case .exclude: "exclude"
        case .verification: "verification"
        case .onMismatch: "onMismatch"
        case .lowercaseNames: "lowercaseNames"
        case .nocase: "nocase"
        case .rules: "rules"
        case .chunkSize: "chunkBytes (in megabytes)"
        }
    }
}

/// A difference between a run and the plan that it would resume.
public enum PlanChange: Equatable, Sendable {
    /// Another version of the program recorded the plan.
    case otherVersion
    /// The first run did not have the option.
    case added(RecordedOption)
    /// Only the first run had the option.
    case removed(RecordedOption, was: String)
    /// The option has another value.
    case changed(RecordedOption, was: String, now: String)

    /// Returns the difference as a sentence, in which `name` names the option.
    public func words(_ name: (RecordedOption) -> String) -> String {
        switch self {
        case .otherVersion: "another version of this program recorded its plan"
        case .added(let option): "\(name(option)) was not given before"
        case .removed(.rules, _): "\(name(.rules)) was given before"
        case .removed(let option, let was): "\(name(option)) was given before: \(was)"
        case .changed(.rules, _, _): "\(name(.rules)) has other contents"
        case .changed(let option, let was, let now): "\(name(option)) was \(was) and is now \(now)"
        }
    }
}

extension PlanChange: CustomStringConvertible {
    public var description: String { words { $0.description } }
}
