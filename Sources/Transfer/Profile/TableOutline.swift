import Dialects

/// Everything that is known about a table before its rows are read.
struct TableOutline: Sendable {
    /// A part of the table that one stream reads.
    struct Part: Sendable {
        var blank: ProfiledTable
        var held: [String: EnforcedType]?
        /// The range of the part; `nil` if the part is the whole table, which is cut while it is read.
        var range: KeyRange?
    }

    /// The table, without any findings.
    var blank: ProfiledTable
    /// The types that the source enforces, by column; `nil` if it enforces none.
    var held: [String: EnforcedType]?
    /// The findings from a sample of the rows, and the pieces in which the table can be read (`KeySample`); `nil` if only
    /// reading all rows can tell.
    var sample: ProfiledTable?

    /// The parts of the table. Any free stream can read any of them.
    var parts: [Part] { sample?.pieces.map(part) ?? [Part(blank: blank, held: held)] }

    func part(_ range: KeyRange) -> Part { Part(blank: blank, held: held, range: range) }
}
