import Dialects
import Migrator
import Synchronization
import TCTerminal
import Transfer

/// Shows progress on standard error: one line that is overwritten on a terminal, or a line every few seconds elsewhere.
package final class TransferProgress: Sendable {
    private let isQuiet: Bool
    private let isTerminal = Console.errorIsTerminal
    private let state: Mutex<(tally: TransferTally, shownAt: ContinuousClock.Instant)>

    package init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        state = Mutex((TransferTally(at: .now), .now))
    }

    package func show(_ event: TransferEvent) {
        guard !isQuiet else { return }
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        let now = ContinuousClock.now
        state.withLock { state in
            if let finished = state.tally.take(event, at: now) { line(finished) }
            guard now - state.shownAt >= pause else { return }
            state.shownAt = now
            let line = state.tally.line(at: now)
            // A line as wide as the terminal may wrap, and then only its last part would be overwritten.
            isTerminal
                ? Console.progress("\r\u{1B}[K" + PrintableText.of(line.text(columns: Console.errorColumns - 1)))
                : Console.error(line.text(columns: .max))
        }
    }

    /// Clears the progress line.
    package func end() { if !isQuiet && isTerminal { Console.progress("\r\u{1B}[K") } }

    private func line(_ text: String) {
        if isTerminal { Console.progress("\r\u{1B}[K") }
        Console.error(text)
    }
}

/// The progress of a transfer, counted from its events. It does no input or output.
struct TransferTally {
    private var phase = TransferEvent.Phase.surveying
    private var phaseBegan: ContinuousClock.Instant
    private var rows = 0
    /// The rows that were counted without being examined.
    private var countedRows = 0
    private var bytes = 0
    /// The rows that an interrupted run had loaded before this run.
    private var resumedRows = 0
    private var resumedBytes = 0
    private var sampledTables = 0
    private var steps = 0
    private var planned: TransferPlan?
    private var totalSteps = 0
    private var current = ""

    init(at now: ContinuousClock.Instant) { phaseBegan = now }

    /// Counts the event. Returns a text that deserves a line of its own; otherwise `nil`.
    mutating func take(_ event: TransferEvent, at now: ContinuousClock.Instant) -> String? {
        switch event {
        case .phase(let next):
            let finished = next == .surveying ? nil : summary(at: now)
            self = TransferTally(next, after: self, at: now)
            return finished
        case .fewerStreams(let count, let wanted):
            return "the server takes no more connections: \(count) of \(wanted) streams"
        case .startedAgain(let reason):
            self = TransferTally(at: now)
            return reason
        case .surveyed(let table, let count):
            (current, rows) = (table, rows + count)
        case .counted(let table, let count):
            (current, countedRows) = (table, countedRows + count)
        case .sampled: sampledTables += 1
        case .planned(let plan): planned = plan
        case .resumed(let table, let count):
            resumedRows += count
            resumedBytes += Self.bytes(of: count, in: table)
        case .loaded(let table, let count), .verified(let table, let count):
            (current, rows) = (table.source, rows + count)
            bytes += Self.bytes(of: count, in: table)
        case .building(let count): totalSteps = count
        case .built(let table, let name): (current, steps) = ("\(name) on \(table)", steps + 1)
        }
        return nil
    }

    private init(_ phase: TransferEvent.Phase, after earlier: TransferTally, at now: ContinuousClock.Instant) {
        self.phase = phase
        phaseBegan = now
        planned = earlier.planned
    }

    /// Returns a line such as `loading  [#######-------------]  35 %  1,200,000 rows  310,000 rows/s  80 MB/s  12 s left
    /// orders`.
    func line(at now: ContinuousClock.Instant) -> FittedLine {
        let seconds = max(now.seconds(since: phaseBegan), 0.001)
        var line = FittedLine()
        line.add(phase.rawValue, worth: 9)
        if let fraction {
            line.add(Self.bar(fraction), worth: 1)
            line.add("\(Int(fraction * 100)) %", worth: 8)
        }
        switch phase {
        case .building: line.add("\(steps) of \(totalSteps)", worth: 7)
        case .analyzing: break
        case .surveying, .loading, .verifying:
            line.add(Formatting.rows(rows), worth: 7)
            line.add(Formatting.count(Int(Double(rows) / seconds)) + " rows/s", worth: 3)
            if bytes > 0 { line.add(Formatting.bytes(Int(Double(bytes) / seconds)) + "/s", worth: 2) }
        }
        if let fraction, let left = left(fraction, after: seconds) {
            line.add(Formatting.seconds(left) + " left", worth: 6)
        }
        if !current.isEmpty { line.add(current, worth: 5) }
        return line
    }

    private func summary(at now: ContinuousClock.Instant) -> String {
        let seconds = Formatting.seconds(now.seconds(since: phaseBegan))
        switch phase {
        case .surveying:
            let tables = (planned?.tables.count ?? 0).counted("table", "tables")
            if sampledTables > 0 {
                return
                    "\(tables) examined in \(seconds), of \(sampledTables) only a sample: the rest during the load"
            }
            // For a transfer into an existing schema, the survey only searches for incompatible values and reports no
            // rows.
            let seen = rows > 0 ? rows : planned?.tables.reduce(0) { $0 + $1.rows } ?? 0
            let found =
                countedRows == 0
                ? "\(Formatting.rows(seen)): every value examined" : "\(Formatting.rows(countedRows)) counted"
            return "\(tables), \(found) in \(seconds)"
        case .loading:
            let earlier = resumedRows == 0 ? "" : ", \(Formatting.rows(resumedRows)) already there"
            return "\(Formatting.rows(rows)) loaded in \(seconds)\(earlier)"
        case .building:
            return "\(steps.counted("key, index or check", "keys, indexes and checks")) built in \(seconds)"
        case .analyzing: return "statistics gathered in \(seconds)"
        case .verifying: return "\(Formatting.rows(rows)) compared in \(seconds)"
        }
    }

    private var fraction: Double? {
        switch phase {
        case .surveying, .analyzing: return nil
        case .building: return totalSteps == 0 ? nil : Double(steps) / Double(totalSteps)
        case .loading, .verifying:
            let total = planned?.tables.reduce(0) { $0 + $1.bytes } ?? 0
            return total == 0 ? nil : min(1, Double(bytes + resumedBytes) / Double(total))
        }
    }

    /// Returns the remaining time in seconds, estimated from the speed of this run; `nil` while that is not reliable.
    private func left(_ fraction: Double, after seconds: Double) -> Double? {
        let before = planned.map { plan in
            Double(resumedBytes) / Double(max(1, plan.tables.reduce(0) { $0 + $1.bytes }))
        }
        let done = fraction - (before ?? 0)
        return done > 0.02 ? seconds / done * (1 - fraction) : nil
    }

    private static func bytes(of rows: Int, in table: PlannedTable) -> Int {
        table.rows == 0 ? 0 : Int(Double(table.bytes) / Double(table.rows) * Double(rows))
    }

    private static func bar(_ fraction: Double) -> String {
        let full = Int(fraction * 20)
        return "[" + String(repeating: "#", count: full) + String(repeating: "-", count: 20 - full) + "]"
    }
}
