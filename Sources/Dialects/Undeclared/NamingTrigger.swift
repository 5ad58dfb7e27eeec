/// A trigger whose function names a table in a text that the database reads only when the trigger fires.
public struct NamingTrigger: Sendable, Equatable {
    /// The trigger's name.
    public var name: String
    /// The table or view that it belongs to.
    public var table: String
    /// The function that it runs.
    public var function: String
}
