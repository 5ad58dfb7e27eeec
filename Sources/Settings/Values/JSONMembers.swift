import Dialects

/// Tells a text whose members were all read from one in which an object has two members of the same name. Of such members some readers take
/// the first and some the last, so that two programs understand the text differently (RFC 8259, section 4).
extension JSON {
    /// Returns the number of members of all objects in a JSON text, which is that of its colons outside strings.
    package static func members(writtenIn text: some Sequence<UInt8>) -> Int {
        var (count, isInString, isEscaped) = (0, false, false)
        for byte in text {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: ":") where !isInString: count += 1
            default: break
            }
        }
        return count
    }

    /// Returns whether the text from which this document was read gives an object two members of the same name.
    package func hasDuplicateNames(in text: some Sequence<UInt8>) -> Bool { members < Self.members(writtenIn: text) }

    /// The number of members of all objects in this document.
    private var members: Int {
        switch self {
        case .null, .boolean, .integer, .real, .string: 0
        case .array(let items): items.reduce(0) { $0 + $1.members }
        case .object(let members): members.reduce(members.count) { $0 + $1.value.members }
        }
    }
}
