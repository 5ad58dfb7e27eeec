import Dialects
import Migrator

/// Progress on standard error: one line that is written over on a terminal, a line a table elsewhere.
struct TransferProgress: Sendable {
    let isQuiet: Bool
    private let isTerminal = Console.errorIsTerminal

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    func show(_ event: TransferEvent) {
        guard !isQuiet else { return }
        switch event {
        case .planned(let plan):
            let rows = plan.tables.reduce(0) { $0 + $1.rows }
            Console.error("\(plan.tables.count) tables, \(Humane.count(rows)) rows")
        case .tableStarted(let name, let rows): overwrite("\(name): \(Humane.count(rows)) rows …")
        case .progress(let name, let rows): overwrite("\(name): \(Humane.count(rows)) rows read …")
        case .tableFinished(let table):
            line("\(table.name): \(Humane.count(table.rowsRead)) rows in \(Humane.seconds(table.seconds))")
        case .building(let part): overwrite("\(part.kind.rawValue) \(part.name) …")
        case .verifying(let name): overwrite("counting \(name) …")
        }
    }

    private func overwrite(_ text: String) { if isTerminal { Console.progress("\r\u{1B}[K\(text)") } }

    private func line(_ text: String) { Console.error((isTerminal ? "\r\u{1B}[K" : "") + text) }
}
