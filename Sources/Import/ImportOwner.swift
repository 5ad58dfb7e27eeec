/// A person who becomes the owner of sessions.
package struct ImportOwner: Sendable, Hashable {
    /// The person's name in the settings.
    package var person: String
    /// The uid of the person's account.
    package var uid: UInt32

    package init(person: String, uid: UInt32) {
        self.person = person
        self.uid = uid
    }
}

/// The rule that assigns an owner to each session.
package struct ImportOwners: Sendable, Equatable {
    /// The owner of all sessions that name no other owner.
    package var standard: ImportOwner
    private let byAddress: [String: ImportOwner]

    /// Creates the rule. `byEmail` maps e-mail addresses to owners: a session whose `human_email` is one of the addresses gets
    /// that owner. The column `human_role` proves nothing, and is ignored.
    package init(_ standard: ImportOwner, byEmail: [String: ImportOwner] = [:]) {
        self.standard = standard
        byAddress = Dictionary(byEmail.map { (Self.normalized($0.key), $0.value) }) { first, _ in first }
    }

    func owner(email: String) -> ImportOwner { byAddress[Self.normalized(email)] ?? standard }

    var areMany: Bool { !byAddress.isEmpty }

    /// Returns the address in lower case and without surrounding blanks, because such spellings count as the same address.
    private static func normalized(_ address: String) -> String {
        let scalars = address.lowercased().unicodeScalars
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        return String(String.UnicodeScalarView(scalars.drop(while: isBlank).reversed().drop(while: isBlank).reversed()))
    }
}
