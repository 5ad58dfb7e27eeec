/// Whose sessions become.
public struct ImportOwner: Sendable, Hashable {
    /// The person's name, as the settings have it.
    public var person: String
    /// The uid of the person's account.
    public var uid: UInt32

    public init(person: String, uid: UInt32) {
        self.person = person
        self.uid = uid
    }
}

/// Whose each session becomes.
public struct ImportOwners: Sendable, Equatable {
    /// Whose all those are that name nobody else.
    public var standard: ImportOwner
    private let byAddress: [String: ImportOwner]

    /// `byEmail` has owners by their e-mail addresses: a session whose `human_email` is one of them becomes that person's. What
    /// stands in `human_role` proves nothing.
    public init(_ standard: ImportOwner, byEmail: [String: ImportOwner] = [:]) {
        self.standard = standard
        byAddress = Dictionary(byEmail.map { (Self.normalized($0.key), $0.value) }) { first, _ in first }
    }

    func owner(email: String) -> ImportOwner { byAddress[Self.normalized(email)] ?? standard }

    var areMany: Bool { !byAddress.isEmpty }

    /// Addresses are one whatever their case is, and without what stands around them.
    private static func normalized(_ address: String) -> String {
        let scalars = address.lowercased().unicodeScalars
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        return String(String.UnicodeScalarView(scalars.drop(while: isBlank).reversed().drop(while: isBlank).reversed()))
    }
}
