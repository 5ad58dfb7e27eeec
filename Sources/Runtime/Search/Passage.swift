import Dialects

/// Some lines of what was said in a session, as they are looked for and shown.
struct Passage: Sendable, Equatable {
    var text: String
    /// When its first line came.
    var saidAt: Timestamp

    /// In bytes: enough to stand around a word, and so few that a long recording is found at its places and not as a whole.
    static let longest = 2_000
}

/// How far a recording is read into the index, and what is needed to go on from there.
struct PassageProgress: Sendable, Equatable {
    /// Where the next piece begins in the file.
    var readTo: Int64
    /// When the last event came.
    var clock: Timestamp
    /// Where in an escape sequence the reading rests.
    var parser: String
    /// For whom its passages are marked (`TranscriptScope`).
    var scope: String
    /// How many there are.
    var passages: Int
    /// The last one, which may grow.
    var open: OpenPassage?

    struct OpenPassage: Sendable, Equatable {
        var id: Int64
        var passage: Passage
    }

    /// Of one recording so many are kept, some sixteen megabytes of text: whoever records without end does not fill the index.
    static let most = 8_000
}
