/// So many of a kind at once, and so many a second after that: whoever sends more of them waits, and so does what he sends.
struct Pace {
    private let most: Double
    private let perSecond: Double
    private var stock: Double
    private var last: ContinuousClock.Instant

    init(atOnce: Int, perSecond: Double, at moment: ContinuousClock.Instant = .now) {
        (most, self.perSecond, stock, last) = (Double(atOnce), perSecond, Double(atOnce), moment)
    }

    /// Counts one more, and says how long it has to wait.
    mutating func next(at moment: ContinuousClock.Instant = .now) -> Duration {
        let passed = max(.zero, moment - last)
        last = max(last, moment)
        stock = min(most, stock + passed / .seconds(1) * perSecond) - 1
        return stock >= 0 ? .zero : .seconds(-stock / perSecond)
    }
}
