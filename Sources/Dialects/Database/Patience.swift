extension Duration {
    /// The longest wait, ten years: a `Duration` holds no infinity, and a clock can't add one.
    private static let longestWait = 10 * 366 * 86_400.0

    /// Makes the duration of a wait. A negative number of seconds, or NaN, is no wait at all; infinity is ten years.
    package static func wait(seconds: Double) -> Duration {
        .seconds(seconds.isNaN ? 0 : min(max(0, seconds), longestWait))
    }
}
