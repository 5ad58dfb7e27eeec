/// The reason why a dialect can't do an operation of a migration.
public struct LoweringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The place in the schema: `sessions.title`.
    public var place: String
    /// Why the operation can't be done.
    public var reason: String
    /// The advice on what to do instead, if there is any.
    public var remedy: String?
    /// The advice where the operation undoes another one, if it differs.
    package var undoRemedy: String?
    /// The undeclared objects that the reason lists.
    package var dependents: [UndeclaredObjects.Dependent] = []
    /// What these objects do: `depend on it`.
    package var dependence = ""

    package init(_ place: String, _ reason: String, remedy: String? = nil, undoRemedy: String? = nil) {
        self.place = place
        self.reason = reason
        self.remedy = remedy
        self.undoRemedy = undoRemedy
    }

    /// The same error for an operation that undoes another one.
    package var undoing: LoweringError {
        var error = self
        error.remedy = undoRemedy ?? remedy
        error.undoRemedy = nil
        return error
    }

    /// Returns the same error with a more exact place than the SQL that was refused.
    func at(_ place: String) -> LoweringError {
        var error = self
        error.place = place
        return error
    }

    public var description: String { "\(place): \(reason)" + (remedy.map { "; \($0)" } ?? "") }
}
