/// A limit of a rate: some events at once, and some per second after that. Whatever sends more has to wait, and so do its
/// events.
struct Pace {
    private let most: Double
    private let perSecond: Double
    private var stock: Double
    private var last: ContinuousClock.Instant

    init(atOnce: Int, perSecond: Double, at moment: ContinuousClock.Instant = .now) {
        (most, self.perSecond, stock, last) = (Double(atOnce), perSecond, Double(atOnce), moment)
    }

    /// Counts one more event, and returns how long that event has to wait.
    mutating func next(at moment: ContinuousClock.Instant = .now) -> Duration {
        let passed = max(.zero, moment - last)
        last = max(last, moment)
        stock = min(most, stock + passed / .seconds(1) * perSecond) - 1
        return stock >= 0 ? .zero : .seconds(-stock / perSecond)
    }
}
