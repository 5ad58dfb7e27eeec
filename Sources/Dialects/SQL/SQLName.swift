/// The comparison of names in both databases: it ignores the case of the letters A to Z, and of no other letters. SQLite
/// compares all names in this way (https://www.sqlite.org/lang_keywords.html), PostgreSQL only bare ones (its manual, section
/// 4.1.1). `É` and `é` are two names.
package enum SQLName {
    package static func folded(_ name: String) -> String {
        guard name.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return name }
        return String(decoding: name.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }

    /// Folding keeps the length, and most pairs differ in length: such names are told apart without a copy.
    package static func equal(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count ? folded(a) == folded(b) : false
    }
    package static func equal(_ a: [String], _ b: [String]) -> Bool { a.map(folded) == b.map(folded) }

    /// Returns the first of `name`, `name_2`, `name_3` and so on that is not taken.
    static func free(_ name: String, isTaken: (String) -> Bool) -> String {
        var result = name
        var number = 1
        while isTaken(result) {
            number += 1
            result = "\(name)_\(number)"
        }
        return result
    }

    /// Returns the first of `name`, `name_2` and so on whose folded form is not in `taken`, and adds that.
    static func free(_ name: String, beside taken: inout Set<String>) -> String {
        let result = free(name) { taken.contains(folded($0)) }
        taken.insert(folded(result))
        return result
    }

    /// Returns the bare word in the form in which this code writes keywords. `ſelect` stays a name, although its capital
    /// letters read SELECT.
    static func keyword(_ word: String) -> String {
        guard word.utf8.contains(where: { (0x61...0x7A).contains($0) }) else { return word }
        return String(decoding: word.utf8.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }, as: UTF8.self)
    }

    /// Returns the first two of `names` that are the same name in two Unicode forms; `é`, for instance, can be one scalar or
    /// two. Such names look alike and are equal strings in Swift, but they are two names in every database.
    private static func twins(in names: some Sequence<String>) -> (String, String)? {
        var seen: [String: String] = [:]
        for name in names {
            if let other = seen[name], !other.utf8.elementsEqual(name.utf8) { return (other, name) }
            seen[name] = name
        }
        return nil
    }

    /// Throws if Swift can't tell two of the names apart, because an action that is meant for one of them would reach the
    /// other.
    static func requireNoTwins(in names: some Sequence<String>) throws(DatabaseError) {
        guard let (a, b) = twins(in: names) else { return }
        throw DatabaseError(
            .other, "the database holds the same name in two Unicode forms: \(spelledOut(a)) and \(spelledOut(b))",
            remedy: "rename one of the two")
    }

    /// Returns a name with its scalars, as in `café (U+0063 U+0061 U+0066 U+0065 U+0301)`, for names that the eye can't tell
    /// apart.
    static func spelledOut(_ name: String) -> String {
        let scalars = name.unicodeScalars.map { scalar in
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        return "\(name) (\(scalars.joined(separator: " ")))"
    }
}
