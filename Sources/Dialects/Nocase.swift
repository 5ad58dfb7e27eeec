/// What becomes of a column of text that compares without regard to case, in a database where no column does so of its own accord.
public enum NocasePolicy: String, Sendable, CaseIterable {
    /// Its keys go on to; what a program asks for regards case.
    case text
    /// A type for it, which an extension brings.
    case citext
    /// A collation for it, which the server has from ICU.
    case icu
}

/// Whether a database has what a policy needs.
public enum NocaseSupport: Sendable, Equatable {
    case there
    /// A statement makes it.
    case missing(make: String)
    /// Why there can be none, and what to do.
    case impossible(reason: String, remedy: String)
}
