/// Whose the sessions become.
public struct ImportOwner: Sendable, Equatable {
    /// The person's name, as the settings have it.
    public var person: String
    /// The uid of the person's account.
    public var uid: UInt32

    public init(person: String, uid: UInt32) {
        self.person = person
        self.uid = uid
    }
}
