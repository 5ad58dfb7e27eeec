import TCPostgreSQL

/// The fields of a server's error that are read here. The `PG_DIAG_…` macros are characters, which Swift does not import.
/// https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQRESULTERRORFIELD
private enum ErrorField: Unicode.Scalar {
    case sqlState = "C"
    case primary = "M"
    case detail = "D"
    case hint = "H"
    case context = "W"
    case table = "t"
    case constraint = "n"
    case position = "P"
    /// The function of the server's program that found the error.
    case function = "R"

    func text(_ result: OpaquePointer) -> String? {
        PQresultErrorField(result, Int32(rawValue.value)).map { String(cString: $0) }
    }
}

/// The position in a script at which the server found an error.
enum PostgreSQLErrorPosition {
    /// Returns the position in characters, counted from 1.
    static func of(_ result: OpaquePointer) -> Int? { ErrorField.position.text(result).flatMap { Int($0) } }
}

extension DatabaseError {
    /// Returns the error of a failed result. `connection` tells whether the server is gone, in which case there may be no result.
    static func postgresql(_ result: OpaquePointer?, on connection: OpaquePointer?, statement: String?) -> DatabaseError
    {
        guard let result, let code = ErrorField.sqlState.text(result) else {
            return postgresqlClient(connection, statement: statement)
        }
        let primary = ErrorField.primary.text(result) ?? "the server gave no reason"
        var message = primary
        var places = ""
        let isConflict = isRecoveryConflict(code, primary, on: connection)
        let kind = isConflict ? .interrupted : Kind(sqlState: code)
        // The detail of these two kinds is the whole row, and its values would reach every log.
        if kind != .notNull, kind != .check, let detail = ErrorField.detail.text(result) { message += ": \(detail)" }
        if let table = ErrorField.table.text(result), !primary.contains("\"\(table)\"") {
            places += ", table \(table)"
        }
        let constraint = ErrorField.constraint.text(result)
        if let constraint, !primary.contains("\"\(constraint)\"") {
            places += ", constraint \(constraint)"
        }
        // A detail is a sentence of its own, which goes on here.
        if !places.isEmpty, message.hasSuffix(".") { message.removeLast() }
        message += places
        if let place = ErrorField.context.text(result).flatMap(copyPlace) { message += " (\(place))" }
        return DatabaseError(
            kind, message, statement: statement, code: code, constraint: constraint,
            remedy: isConflict ? conflictRemedy : remedy(sqlState: code, message: primary, of: result))
    }

    /// Whether a standby cancelled the statement, because it must replay what removed the rows or the table that the statement reads
    /// (https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-CONFLICT). Its transactions can't conflict with one
    /// another, so there the code says it in every language. A server before 14 does not report that it is a standby, and other
    /// conflicts have codes of their own: the words of the message say it then.
    private static func isRecoveryConflict(
        _ code: String, _ primary: String, on connection: OpaquePointer?
    ) -> Bool {
        let standby = PQparameterStatus(connection, "in_hot_standby").map { String(cString: $0) }
        return standby == "on" && code == "40001" || primary.hasSuffix("due to conflict with recovery")
    }

    private static let conflictRemedy =
        "set hot_standby_feedback on the standby, or raise its max_standby_streaming_delay, or read the primary"

    /// Returns an error of libpq itself. Most often the connection broke.
    private static func postgresqlClient(_ connection: OpaquePointer?, statement: String?) -> DatabaseError {
        let isLost = connection == nil || PQstatus(connection) == CONNECTION_BAD
        let text = connection.map { String(cString: PQerrorMessage($0)) } ?? "the connection is closed"
        return DatabaseError(isLost ? .lost : .other, text.singleLine, statement: statement)
    }

    /// Returns the place in a COPY, `COPY t, line 17, column a`, from a context that continues with the value itself.
    private static func copyPlace(_ context: String) -> String? {
        guard let line = context.split(separator: "\n").first(where: { $0.hasPrefix("COPY ") }) else { return nil }
        return String(line.prefix { $0 != ":" })
    }

    /// Returns the advice on an error. The server may put its message in any language (`lc_messages`), but no name that is part of it.
    private static func remedy(sqlState: String, message: String, of result: OpaquePointer) -> String? {
        let function = ErrorField.function.text(result)
        return switch sqlState {
        case "55P03": "try again when the other connection has finished"
        case "40P01", "40001": "roll back, then run the transaction again: two transactions conflicted"
        case "08P01" where message.contains("query_wait_timeout"):
            "raise the pooler's pool_size, or connect to the server itself: this program uses several connections at once"
        case "0A000" where function == "find_composite_type_dependencies":
            "drop that column first, and make it again afterwards: it holds whole rows of the table"
        case "22021":
            "change such values, or leave their column out: the database takes and gives bytes that are no text (SQL_ASCII)"
        case "22P05": "use a database with the encoding UTF8: this one has no such character"
        case "2BP01": "drop what depends on it, then run this again"
        case "2D000": "a statement that ends a transaction can't run inside one: call the procedure by hand"
        case "XX001", "XX002": "restore a backup; the server's log says more"
        case "42501" where function == "check_enable_rls":
            "\(policyRemedy): a policy would hide rows"
        case "42501" where function == "ExecWithCheckOptions": "\(policyRemedy): a policy refuses the row"
        case "42501" where message.hasPrefix("must be owner"):
            "connect as its owner, or as a member of the owner's role"
        case "42501": "have the object's owner or a superuser GRANT the missing privilege"
        case "25006": "open the database for writing"
        case "25P02": "roll the transaction back: an earlier statement of it failed"
        case "53100": "free space on the server's disk"
        case "53400" where message.contains("temp_file_limit"):
            "have a superuser raise temp_file_limit for this role, or give the session a larger maintenance_work_mem"
        case "53200" where ErrorField.hint.text(result)?.contains("max_locks_per_transaction") == true: locksRemedy
        case "53200": "try again when the server has memory to spare, or give it more"
        case "58P01" where function == "internal_load_library": libraryRemedy
        case "58030": "check the server's disk; its log says more"
        case "53300": "close other connections, or raise max_connections on the server"
        case "54000" where function == "RelationGetBufferForTuple", "54011": rowRemedy
        case "57014" where message.hasSuffix("statement timeout"): "allow a longer statement timeout"
        default: nil
        }
    }

    private static let policyRemedy =
        "use a role with BYPASSRLS, or the table's owner unless it is under FORCE ROW LEVEL SECURITY"

    fileprivate static let rowRemedy =
        "leave columns or the table out: the server takes 1600 columns, and 8160 bytes a row beside long texts"

    fileprivate static let libraryRemedy = "install the package that has this library on the server's machine"

    fileprivate static let locksRemedy =
        "raise max_locks_per_transaction on the server: a transaction locks each table and index that it makes"
}

extension DatabaseError {
    /// Whether the server has no room for the locks of a transaction.
    var isForWantOfLocks: Bool { remedy == Self.locksRemedy }

    /// Whether the library of an extension's function is missing, as after an upgrade of the server without its packages.
    var isForWantOfLibrary: Bool { code == "58P01" && remedy == Self.libraryRemedy }

    /// Whether a row has no room in a page.
    var isForTooLongRow: Bool { code == "54000" && remedy == Self.rowRemedy }
}

extension DatabaseError.Kind {
    /// Finds the kind of an error: https://www.postgresql.org/docs/current/errcodes-appendix.html
    init(sqlState: String) {
        switch sqlState {
        case "23505": self = .unique
        case "23503", "23001": self = .foreignKey
        case "23502": self = .notNull
        case "23514": self = .check
        case "55P03", "40P01", "40001": self = .locked
        case "57014": self = .interrupted
        // The last ones: a dropped database, and the time limits of an idle session, an idle transaction and any transaction.
        case "57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04": self = .lost
        case "42501", "25006": self = .permission
        // configuration_limit_exceeded is raised for temp_file_limit only.
        case "53100", "53400": self = .diskFull
        // insufficient_resources, out_of_memory, system_error and io_error.
        case "53000", "53200", "58000", "58030": self = .resources
        case "42601": self = .syntax
        case "42P06", "42P07", "42710", "42701": self = .exists
        case "P0001", "P0004": self = .raised
        case "XX001", "XX002": self = .corrupt
        case "3D000", "53300": self = .unreachable
        case _ where sqlState.hasPrefix("08"): self = .lost
        case _ where sqlState.hasPrefix("28"): self = .authentication
        default: self = .other
        }
    }
}

extension String {
    /// The text on one line, for a message that is a single sentence.
    var singleLine: String {
        split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
    }
}
