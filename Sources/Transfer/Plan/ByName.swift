extension Sequence {
    /// Returns the elements by their names; of two with one name the first.
    func byName(_ name: (Element) -> String) -> [String: Element] {
        Dictionary(map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
