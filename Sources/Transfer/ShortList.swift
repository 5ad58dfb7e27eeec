extension [String] {
    /// Returns the first of these texts, and how many more there are: `a, b, c and 4 more`.
    func listed(upTo limit: Int) -> String {
        prefix(limit).joined(separator: ", ") + (count > limit ? " and \(count - limit) more" : "")
    }
}
