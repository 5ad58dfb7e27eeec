import Dialects

/// Some lines of what was said in a session, in the form in which they are searched and shown.
struct Passage: Sendable, Equatable {
    var text: String
    /// The time of the first line.
    var saidAt: Timestamp

    /// The largest size in bytes. It is enough to surround a word, and small enough that a search finds places in a long
    /// recording instead of the whole recording.
    static let longest = 2_000

    /// How many seconds after its first line a passage may still grow. It is short enough that the time of the first line stands for all of
    /// them, and long enough that a program which says a line a minute does not soon have as many passages as the index takes.
    static let longestSpan: Int64 = 300
}

/// How far a recording was read into the index, and the state from which the reading continues.
struct PassageProgress: Sendable, Equatable {
    /// The offset in the file at which the next piece begins.
    var readTo: Int64
    /// The time of the last event.
    var clock: Timestamp
    /// The parser's position within an escape sequence.
    var parser: String
    /// The marks that the passages have, which tell who may find them (`TranscriptScope`).
    var scope: String
    /// The number of passages.
    var passages: Int
    /// The last passage, which may grow.
    var open: OpenPassage?

    struct OpenPassage: Sendable, Equatable {
        var id: Int64
        var passage: Passage
    }

    /// The largest number of passages per recording, at most sixteen megabytes of text. An endless recording therefore does not
    /// fill the index.
    static let most = 8_000
}
