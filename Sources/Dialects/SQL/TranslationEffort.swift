/// Limits what the translation of one text may produce. In another database's words an operand may stand several times; inside of each
/// other such operands double the text with every level.
final class TranslationEffort {
    private var left = 0

    /// Begins a text of this length.
    func begin(_ text: String) { left = (4 << 20) + 64 * text.utf8.count }

    /// Counts what a part of the text became, and what it is a part of.
    func spend(_ count: Int) throws(Untranslatable) {
        left -= count
        guard left > 0 else { throw Untranslatable("it grows too long in the target") }
    }
}
