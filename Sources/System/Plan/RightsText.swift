/// Owner, group and mode as text, such as `root:teleclaude 0750`, with names where they are known and numbers elsewhere.
package struct RightsText: Sendable {
    private let name: String
    private let account: ServiceAccount?

    package init(_ name: String, _ account: ServiceAccount?) { (self.name, self.account) = (name, account) }

    package func of(_ entry: SystemEntry) -> String {
        "\(word(entry.owner)):\(word(entry.group)) \(Self.octal(entry.mode))"
    }

    package func of(_ found: FoundEntry) -> String {
        "\(word(found.uid, account?.uid)):\(word(found.gid, account?.gid)) \(Self.octal(found.mode))"
    }

    private func word(_ owner: SystemEntry.Owner) -> String {
        switch owner {
        case .root: "root"
        case .service: name
        }
    }

    private func word(_ number: UInt32, _ service: UInt32?) -> String {
        number == 0 ? "root" : number == service ? name : "\(number)"
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
