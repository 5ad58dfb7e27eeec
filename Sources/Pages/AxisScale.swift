/// What the columns of a chart are measured by: from nothing to a round number that none of them exceeds, and half of which is whole.
struct AxisScale: Equatable {
    let top: Double

    init(for values: [Int]) {
        let most = Double(max(0, values.max() ?? 0))
        var power = 1.0
        while power * 10 < most { power *= 10 }
        top = [2, 4, 6, 10].map { $0 * power }.first { $0 >= most } ?? power * 10
    }

    /// From the top down.
    var ticks: [String] { [top, top / 2, 0].map(Self.label) }

    /// How much of the height a value takes, from 0 to 1. One that is not nothing can be seen.
    func share(_ value: Int) -> Double {
        value <= 0 ? 0 : min(1, max(0.01, Double(value) / top))
    }

    /// `12,000` is `12k`: labels stand in a narrow column.
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

/// Numbers inside of SVG.
enum SVGNumber {
    /// Two digits behind the point, and no sign of where the program runs.
    static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        return fraction == 0 ? "\(hundredths / 100)" : "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
