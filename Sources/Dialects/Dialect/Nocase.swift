/// What a transfer makes of a text column that ignores case, in a database whose columns regard case.
public enum NocasePolicy: String, Sendable, CaseIterable {
    /// The column becomes `text`. Its keys still ignore case, but queries regard case.
    case text
    /// The column becomes `citext`, a type of an extension.
    case citext
    /// The column gets a collation that ignores case, from the server's ICU.
    case icu
}

/// Whether a database has the type or collation that a policy needs.
package enum NocaseSupport: Sendable, Equatable {
    case there
    /// It is missing, and the statement `make` makes it.
    case missing(make: String)
    /// It is missing and can't be made: the reason, and what to do.
    case impossible(reason: String, remedy: String)
}
