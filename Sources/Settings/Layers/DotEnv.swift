/// A `.env` file, read in the same way as in the existing install (python-dotenv): the last of several definitions counts,
/// `export ` and quotes are allowed, ` #` begins a comment, and lines that can't be understood are skipped.
struct DotEnv: Sendable {
    struct Entry: Sendable, Equatable {
        var name: String
        /// The text between the quotes, with escapes replaced and references kept.
        var raw: String
        /// The value, with references replaced.
        var value: String
        var line: Int
    }

    /// The variables, each of them once, in the order of their first definitions.
    private(set) var entries: [Entry] = []
    /// The numbers of the lines that can't be understood.
    private(set) var skippedLines: [Int] = []

    private var places: [String: Int] = [:]

    /// Reads a file. In references, `environment` takes precedence over the file's own definitions.
    ///
    /// - Throws: `SettingsError` if its references bring in too much text.
    init(parsing text: String, path: String, environment: [String: String] = [:]) throws(SettingsError) {
        var reader = DotEnvReader(text)
        var room = ReferenceRoom()
        while let line = reader.nextStatement() {
            switch reader.statement() {
            case .comment: break
            case .mistake: skippedLines.append(line)
            case .definition(let name, let raw):
                let value = try expanded(raw, environment, at: "\(path):\(line)", &room)
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

    /// Replaces `${NAME}` and `${NAME:-otherwise}`. An unknown name without an alternative is replaced by nothing. `$NAME` is
    /// kept as text.
    private func expanded(
        _ text: String, _ environment: [String: String], at place: String, _ room: inout ReferenceRoom
    ) throws(SettingsError) -> String {
        try room.replaced(/\$\{([^}:]*)(?::-([^}]*))?\}/, in: text, at: place) { match in
            let name = String(match.1)
            return environment[name] ?? self[name]?.value ?? match.2.map(String.init) ?? ""
        }
    }
}
