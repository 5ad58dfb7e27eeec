import Dialects

/// What can be said of a table before its rows are read.
struct TableOutline: Sendable {
    /// A part of the table that is read at once.
    struct Part: Sendable {
        var blank: ProfiledTable
        var held: [String: EnforcedType]?
        /// `nil`: all of it, to be cut while it is read.
        var range: KeyRange?
    }

    /// The table, with nothing found in it.
    var blank: ProfiledTable
    /// What the source holds its columns to, where it does.
    var held: [String: EnforcedType]?
    /// What some of its rows say of it, and the pieces in which it can be read (`KeySample`); `nil` where that turns out by
    /// reading all of them.
    var sample: ProfiledTable?

    /// Each can be read by whoever is free.
    var parts: [Part] { sample?.pieces.map(part) ?? [Part(blank: blank, held: held)] }

    func part(_ range: KeyRange) -> Part { Part(blank: blank, held: held, range: range) }
}
