/// Finds the known word that an unknown word was probably meant to be.
package enum Suggestion {
    /// Returns the nearest of `words`, or `nil` if none is near. A word is near if at most a third of its letters
    /// differ, or two.
    package static func nearest(to word: String, in words: [String]) -> String? {
        let ranked =
            words.map { (distance(word.lowercased(), $0.lowercased()), $0) }
            + words.filter { $0.hasPrefix(word) && !word.isEmpty }.map { (0, $0) }
        guard let best = ranked.min(by: { $0.0 < $1.0 }), best.0 <= max(2, best.1.count / 3) else { return nil }
        return best.1
    }

    /// Returns the edit distance (Levenshtein) of two words.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a)
        let b = Array(b)
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
