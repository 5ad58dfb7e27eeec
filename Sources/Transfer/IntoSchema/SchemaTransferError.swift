import Dialects

/// The reason why a database can't be transferred into an existing schema. Nothing was changed.
public enum SchemaTransferError: Error, Equatable, Sendable {
    /// The target lacks these tables and columns of the source.
    case noPlace([String])
    /// These tables of the source have the names of virtual tables of the target that only their application can fill.
    case notFillable([String])
    /// These parts of tables that would be filled call functions or collations that only the application has.
    case needsApplication([Omission])
    /// These required columns get no value from the source or from a default.
    case noSource([String])
    /// The source has no table or column with this name, which was to be ignored.
    case nothingToIgnore(String)
    /// A rule renames this table or column. Here tables and columns are matched by name, so a rename is impossible.
    case renamed(String, line: Int)
    /// A rule says how columns compare. Here they compare as they were declared.
    case compared
    /// The history itself puts rows into these tables.
    case filledByHistory([String])
    /// These tables of a target that the history has migrated, and that is in use, hold rows.
    case filled([String])
    /// An interrupted transfer has migrated the target, and somebody else has changed or migrated it since: these tables hold rows, or are
    /// not as the transfer left them.
    case inUse([String])
    /// The target has no tables to fill.
    case nothingToFill
    /// These tables of the target hold rows, and were named neither to be replaced nor to be kept. In some of them, the application notes
    /// its schema's version.
    case rowsInTheWay([String], versions: [NotedVersion])
    /// This table was named to keep or to lose its rows, but is not on both sides. The name of one that is may be near.
    case noSuchRows(String, nearest: String?)
    /// This table was named both to keep and to lose its rows.
    case replacedAndKept(String)
    /// Columns, as `table.column`, of numbers or moments that are to be spans of time: nothing says what they count.
    case unitless([String])
    /// The target computes these columns, as `table.column`, and other values than those that the source holds.
    case computed([String])
    /// Rows of the source refer to a row that does not exist.
    case orphans([Orphans])
    /// Rows that the target keeps refer to a row that was replaced, and that the source does not have.
    case keptOrphans([Orphans])
    /// Two or more reasons, the first of which is the one to program against.
    case several([SchemaTransferError])
}

extension SchemaTransferError {
    /// A stable word for the error, for programs.
    public var code: String {
        switch self {
        case .noPlace: "no_place"
        case .notFillable: "not_fillable"
        case .needsApplication: "needs_application"
        case .noSource: "no_source"
        case .nothingToIgnore: "nothing_to_ignore"
        case .renamed: "renamed"
        case .compared: "compared"
        case .filledByHistory: "filled_by_history"
        case .filled: "target_filled"
        case .inUse: "target_in_use"
        case .nothingToFill: "nothing_to_fill"
        case .rowsInTheWay: "target_rows_in_the_way"
        case .noSuchRows: "no_such_rows"
        case .replacedAndKept: "replaced_and_kept"
        case .unitless: "unitless"
        case .computed: "computed_otherwise"
        case .orphans, .keptOrphans: "orphans"
        case .several(let reasons): reasons.first?.code ?? "several"
        }
    }
}

extension SchemaTransferError: CustomStringConvertible {
    /// The refusal and its place. The program adds the remedy, in terms of its own commands.
    public var description: String {
        switch self {
        case .noPlace(let names): "the target's schema has no place for \(names.joined(separator: ", "))"
        case .notFillable(let names):
            "only their application can fill these virtual tables of the target: \(names.joined(separator: ", "))"
        case .needsApplication(let parts):
            "only their application can write into these tables of the target, because they call what it brings along: "
                + parts.map { "\($0.kind.words) \($0.table.map { "\($0)." } ?? "")\($0.name) (\($0.reason))" }
                .joined(separator: "; ")
        case .noSource(let names):
            "the target's schema requires values that the source lacks: \(names.joined(separator: ", "))"
        case .nothingToIgnore(let name): "the source has no \(name) to ignore"
        case .renamed(let name, let line):
            "line \(line) of the rules renames \(name), but an existing schema is matched by name"
        case .compared:
            "the rules set how columns compare (nocase), but an existing schema sets that itself"
        case .filledByHistory(let names): "the migrations themselves put rows into \(names.joined(separator: ", "))"
        case .filled(let names): "the target's tables already hold rows: \(names.joined(separator: ", "))"
        case .inUse(let names):
            "somebody else has changed the target since an interrupted transfer migrated it, so it is in use: look at "
                + names.joined(separator: ", ")
        case .nothingToFill: "the target holds no tables that could be filled"
        case .rowsInTheWay(let names, _): "the target's tables already hold rows: \(names.joined(separator: ", "))"
        case .noSuchRows(let name, _): "\(name) is not a table of both databases"
        case .replacedAndKept(let name): "\(name) can't both keep its rows and have them replaced"
        case .unitless(let names):
            "values become intervals, but no rule gives their unit: \(names.joined(separator: ", "))"
        case .computed(let names):
            "the target computes other values than the source holds: \(names.joined(separator: ", "))"
        case .orphans(let found):
            "rows refer to parents that do not exist: " + found.map { "\($0.table): \($0)" }.joined(separator: "; ")
        case .keptOrphans(let found):
            "rows that stay in the target refer to parents that the source does not have: "
                + found.map { "\($0.table): \($0)" }.joined(separator: "; ")
        case .several(let reasons): reasons.map(\.description).joined(separator: "; and ")
        }
    }
}
