/// Limits what the translation of one text may produce. In another database's words an operand may stand several times; inside of each
/// other such operands double the text with every level.
final class TranslationEffort {
    /// The most bytes that a part may become.
    private static let longest = 1 << 20

    private var left = 4 * longest

    /// Begins a text. A long one may become much, as long as no part of it does.
    func begin(_ text: String) { left = 4 * Self.longest + 64 * text.utf8.count }

    /// Counts the bytes that a part of the text became. Each part is counted again with those that it is a part of.
    func spend(_ count: Int) throws(Untranslatable) {
        left -= count
        guard left > 0, count <= Self.longest else { throw Untranslatable("it grows too long in the target") }
    }
}
