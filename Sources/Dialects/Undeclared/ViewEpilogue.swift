/// The statements that follow a view when it is made again, because its query says nothing of them.
public struct ViewEpilogue: Sendable, Equatable {
    /// A statement for a part of the view, which has no place in a view with another query.
    public struct Part: Sendable, Equatable {
        /// The part for people: `comment on column v.a`.
        public var name: String
        /// The statement that makes the part again.
        public var statement: String
    }

    /// The statements for the view as a whole: its options, grants and comment.
    public var whole: [String] = []
    /// The rules, and what its columns have: defaults, grants and comments.
    public var parts: [Part] = []
    /// The statement that gives the view to its owner, if that is another role. It comes last, because a role that has given the
    /// view away may no longer change it.
    public var owner: [String] = []

    /// All statements, in order.
    public var statements: [String] { whole + parts.map(\.statement) + owner }

    /// The statements that fit whatever the view's query is.
    public var withoutParts: ViewEpilogue { ViewEpilogue(whole: whole, owner: owner) }
}
