/// A `.env` file, read as the existing install's reader does (python-dotenv): the last of several definitions counts,
/// `export ` and quotes may be there, ` #` begins a comment, and what can't be understood is skipped.
struct DotEnv: Sendable {
    struct Entry: Sendable, Equatable {
        var name: String
        /// As it is between its quotes, escapes undone, references not.
        var raw: String
        /// With its references replaced.
        var value: String
        var line: Int
    }

    /// Each variable once, in the order of its first definition.
    private(set) var entries: [Entry] = []
    /// The lines that say nothing that can be understood.
    private(set) var skippedLines: [Int] = []

    private var places: [String: Int] = [:]

    /// `environment` comes before what the file defines.
    init(parsing text: String, environment: [String: String] = [:]) {
        var reader = DotEnvReader(text)
        while let line = reader.nextStatement() {
            switch reader.statement() {
            case .comment: break
            case .mistake: skippedLines.append(line)
            case .definition(let name, let raw):
                let value = DotEnv.expanded(raw) { name in environment[name] ?? self[name]?.value }
                define(Entry(name: name, raw: raw, value: value, line: line))
            }
        }
    }

    private mutating func define(_ entry: Entry) {
        if let place = places[entry.name] { return entries[place] = entry }
        places[entry.name] = entries.count
        entries.append(entry)
    }

    subscript(name: String) -> Entry? { places[name].map { entries[$0] } }

    /// Replaces `${NAME}` and `${NAME:-otherwise}`; a name that nobody knows is nothing. `$NAME` is text.
    static func expanded(_ text: String, _ lookUp: (String) -> String?) -> String {
        text.replacing(/\$\{([^}:]*)(?::-([^}]*))?\}/) { match in
            lookUp(String(match.1)) ?? match.2.map(String.init) ?? ""
        }
    }
}
