/// The current time in the words of SQLite's `strftime()`, which reads the same moment throughout a statement.
struct CurrentTime {
    var format: String
    /// By what the moment is moved: each modifier with a comma before it.
    private var modifiers = ""

    init(format: String) { self.format = format }

    /// The arguments by which a function of SQLite's reads the moment.
    var arguments: String { "'now'\(modifiers)" }

    var sql: String { "strftime('\(format)', \(arguments))" }

    func written(as format: String) -> CurrentTime {
        var time = self
        time.format = format
        return time
    }

    /// Returns the time moved by modifiers of whole seconds.
    func moved(by modifiers: String) -> CurrentTime {
        var time = self
        time.modifiers += ", \(modifiers)"
        return time
    }
}

extension PostgreSQLExpressionTranslation.Piece {
    init(_ now: CurrentTime, _ type: ColumnType) {
        self.init(now.sql, .shaped(type))
        self.now = now
    }
}
