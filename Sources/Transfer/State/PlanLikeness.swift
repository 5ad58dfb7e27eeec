import Dialects
import FoundationEssentials

/// What the plan of a run has in common with the recorded plan of the run that it would resume.
enum PlanLikeness {
    /// Everything.
    case whole
    /// The tables and their rows. Other keys, indexes, checks, views or triggers are to be built on them.
    case tables
    /// Too little to go on.
    case other
}

extension TransferEngine.Work {
    func likeness(to recorded: String, under options: TransferOptions) -> PlanLikeness {
        if plan.recorded(under: options) == recorded { return .whole }
        var other = plan
        other.statements = TransferPlan.statements(recordedIn: recorded)
        let hasSameTables = other.statements.starts(with: tableStatements)
        return hasSameTables && other.recorded(under: options) == recorded ? .tables : .other
    }
}

extension TransferPlan {
    private struct Recorded: Decodable {
        var statements: [String]
    }

    /// Returns the statements of a recorded plan; none if its text can't be read.
    static func statements(recordedIn plan: String) -> [String] {
        (try? JSONDecoder().decode(Recorded.self, from: Data(plan.utf8)))?.statements ?? []
    }
}

extension BuildPlan {
    /// Returns those of the parts that are `done` which this plan builds by none of the statements that built them, or not at all.
    func outdated(among done: [ChunkRecord], builtBy statements: [String]) -> [ChunkRecord] {
        let statements = Set(statements)
        let steps = Dictionary(
            stages.joined().joined().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return done.filter(\.isBuilt).filter { part in
            let id = BuildStep.ID(kind: part.kind, table: part.table, name: part.name)
            guard let step = steps[id] else { return true }
            return step.statement.map { !statements.contains($0) } ?? false
        }
    }
}

extension ChunkRecord {
    /// Whether the part was built on loaded rows.
    fileprivate var isBuilt: Bool {
        switch kind {
        case .key, .index, .foreignKey, .validation, .madeView, .trigger: true
        // Loading leaves checks out, too.
        case .check: !isLeftOut
        case .madeTable, .madeSequence, .madeSupport, .madeFile, .rows, .computed, .duplicates: false
        }
    }
}
