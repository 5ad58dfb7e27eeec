/// How moments and times of day are written as texts into a SQLite table. SQLite compares the texts, so a program finds
/// only what is written as it would write it.
package enum MomentStyle: Sendable, Equatable {
    /// Six digits after the second: one form for each value, as SQLAlchemy writes.
    case uniform
    /// No fraction where it is zero, as most frameworks write, and no zone.
    case brief
    /// The same, with the day 2000-01-01 before a time of day, as Rails writes.
    case briefWithDay

    var isBrief: Bool { self != .uniform }
}
