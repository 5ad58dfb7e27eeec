extension Sequence {
    /// Returns the elements by name. Of several elements with the same name the first is kept.
    func byName(_ name: (Element) -> String) -> [String: Element] {
        Dictionary(map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
