/// The scale of a chart's value axis: from zero to a round number that no value exceeds, and of which half is a whole number.
struct AxisScale: Equatable {
    let top: Double

    init(for values: [Int]) {
        let most = Double(max(0, values.max() ?? 0))
        var power = 1.0
        while power * 10 < most { power *= 10 }
        top = [2, 4, 6, 10].map { $0 * power }.first { $0 >= most } ?? power * 10
    }

    /// The labels of the axis, from the top down.
    var ticks: [String] { [top, top / 2, 0].map(Self.label) }

    /// Returns a value's share of the height, from 0 to 1. Every value above zero gets a visible share.
    func share(_ value: Int) -> Double {
        value <= 0 ? 0 : min(1, max(0.01, Double(value) / top))
    }

    /// Returns the short label of a value, such as `12k` for 12,000, because labels stand in a narrow column.
    static func label(_ value: Double) -> String {
        let units = ["", "k", "M", "G", "T", "P", "E"]
        var (rest, unit) = (value, 0)
        while rest >= 1_000, unit < units.count - 1 {
            rest /= 1_000
            unit += 1
        }
        let tenths = Int((rest * 10).rounded())
        return "\(tenths / 10)\(tenths % 10 == 0 ? "" : ".\(tenths % 10)")\(units[unit])"
    }
}

/// Numbers as SVG writes them.
enum SVGNumber {
    /// Returns the number with two decimal places, independent of the locale.
    static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        return fraction == 0 ? "\(hundredths / 100)" : "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
