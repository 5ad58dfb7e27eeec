/// What becomes of a text column that compares without regard to case, in a database whose columns regard it.
public enum NocasePolicy: String, Sendable, CaseIterable {
    /// The column becomes `text`. Its keys still ignore case; queries regard it.
    case text
    /// The column becomes `citext`, a type of an extension.
    case citext
    /// The column gets a collation that ignores case, from the server's ICU.
    case icu
}

/// Whether a database has what a policy needs.
package enum NocaseSupport: Sendable, Equatable {
    case there
    /// A statement makes it.
    case missing(make: String)
    /// Why there can be none, and what to do.
    case impossible(reason: String, remedy: String)
}
