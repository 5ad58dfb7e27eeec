import TCSQLite
import TCPOSIX

extension DatabaseError {
    /// Creates an error from SQLite's answer.
    ///
    /// - Parameters:
    ///   - code: the extended result code (https://www.sqlite.org/rescode.html).
    ///   - message: SQLite's own words (`sqlite3_errmsg`).
    ///   - path: the database's file, as the caller wrote it.
    ///   - systemError: the `errno` behind an I/O error, 0 if there is none.
    init(sqlite code: Int32, _ message: String, path: String, systemError: Int32 = 0, statement: String? = nil) {
        let isTaken = SQLiteResult.isNameTaken(code, message)
        let kind = isTaken ? .exists : SQLiteResult.kind(of: code, systemError: systemError)
        let text = SQLiteResult.explanation(of: kind, code, message, path: path)
        self.init(
            kind, text.message, statement: statement, code: SQLiteResult.name(of: code),
            constraint: SQLiteResult.check(in: message, code), remedy: text.remedy)
        columns = SQLiteResult.columns(in: message, code)
    }

    /// Whether a foreign key refers to columns that are no key of their table (https://www.sqlite.org/foreignkeys.html#fk_indexes).
    /// SQLite has no code of its own for this.
    var isForeignKeyMismatch: Bool { kind == .other && message.contains("foreign key mismatch") }
}

/// SQLite's result codes and the kinds of error that they stand for.
enum SQLiteResult {
    /// The extended codes that the code tells apart. In sqlite3.h they are macros over macros, which Swift does not import.
    static let constraintCheck: Int32 = 275
    static let constraintForeignKey: Int32 = 787
    static let constraintNotNull: Int32 = 1299
    static let constraintPrimaryKey: Int32 = 1555
    static let constraintUnique: Int32 = 2067
    static let constraintRowID: Int32 = 2579
    static let constraintDatatype: Int32 = 3091
    static let constraintTrigger: Int32 = 1811
    static let busySnapshot: Int32 = 517
    static let readOnlyFileMoved: Int32 = 1032

    /// Whether there is an object of this name already. SQLite has no code of its own for this, and its messages are not translated.
    static func isNameTaken(_ code: Int32, _ message: String) -> Bool {
        guard code == SQLITE_ERROR else { return false }
        return message.hasSuffix("already exists") || message.hasPrefix("there is already a")
            || message.contains("duplicate column name: ")
    }

    /// Whether an interrupt or a timeout may have stopped the statement. `ALTER TABLE` reads the schema again by a statement of its own,
    /// whose interrupt SQLite reports as a common error: `error in view v after rename: interrupted`, or without a reason.
    static func mayBeStop(_ code: Int32, _ message: String) -> Bool {
        switch code & 0xFF {
        case SQLITE_INTERRUPT, SQLITE_BUSY: true
        case SQLITE_ERROR: message.hasSuffix(": interrupted") || message == "SQL logic error"
        default: false
        }
    }

    static func kind(of code: Int32, systemError: Int32 = 0) -> DatabaseError.Kind {
        // The low byte is the primary code
        // (https://www.sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes).
        switch code & 0xFF {
        case SQLITE_CONSTRAINT: constraintKind(of: code)
        case SQLITE_MISMATCH: .check
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .locked
        case SQLITE_FULL: .diskFull
        case SQLITE_READONLY where code == readOnlyFileMoved: .lost
        case SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .permission
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_CORRUPT: .corrupt
        case SQLITE_INTERRUPT: .interrupted
        case SQLITE_NOMEM: .resources
        case SQLITE_CANTOPEN, SQLITE_IOERR: fileKind(of: code, systemError: systemError)
        default: .other
        }
    }

    private static func constraintKind(of code: Int32) -> DatabaseError.Kind {
        switch code {
        case constraintUnique, constraintPrimaryKey, constraintRowID: .unique
        case constraintForeignKey: .foreignKey
        case constraintNotNull: .notNull
        case constraintCheck, constraintDatatype: .check
        case constraintTrigger: .raised
        default: .other
        }
    }

    /// Returns the name of the check that a row violates. SQLite tells it in its message only.
    static func check(in message: String, _ code: Int32) -> String? {
        let start = "CHECK constraint failed: "
        guard code == constraintCheck, message.hasPrefix(start) else { return nil }
        return String(message.dropFirst(start.count))
    }

    /// Returns the columns of the key that a row repeats. SQLite tells them in its message only, each with its table before it: `t.a, t.b`.
    /// Of a key over expressions it tells the index: `index 'i'`.
    static func columns(in message: String, _ code: Int32) -> [String] {
        let start = "UNIQUE constraint failed: "
        guard constraintKind(of: code) == .unique, message.hasPrefix(start) else { return [] }
        let named = message.dropFirst(start.count)
        let isIndex = named.hasPrefix("index '") && named.hasSuffix("'")
        guard !isIndex, let point = named.firstIndex(of: ".") else { return [] }
        return named[named.index(after: point)...].split(separator: ", \(named[...point])").map(String.init)
    }

    private static func fileKind(of code: Int32, systemError: Int32) -> DatabaseError.Kind {
        switch systemError {
        case ENOSPC, EDQUOT: .diskFull
        case EACCES, EPERM, EROFS: .permission
        default: code & 0xFF == SQLITE_CANTOPEN ? .unreachable : .resources
        }
    }

    /// Returns a sentence that names the file if SQLite's own message does not, and the remedy.
    static func explanation(
        of kind: DatabaseError.Kind, _ code: Int32, _ message: String, path: String
    ) -> (message: String, remedy: String?) {
        switch kind {
        case .locked where code == busySnapshot:
            (
                "\(path) was changed by another connection after this transaction began to read it (\(message))",
                "roll the transaction back, then run it again"
            )
        case .locked:
            (
                "\(path) is in use by another connection (\(message))",
                "try again when the other program has finished, or stop it"
            )
        case .diskFull:
            ("no space is left to write \(path) (\(message))", "free some space on the file's disk")
        case .permission:
            (
                "\(path) may not be written (\(message))",
                "give this user write access to the file and its folder, or run as a user who has it"
            )
        case .lost where code == readOnlyFileMoved:
            (DatabaseError.fileGone(path).message, DatabaseError.fileGone(path).remedy)
        case .unreachable:
            ("\(path) can't be opened (\(message))", "check the path and who may read it")
        case .notADatabase:
            ("\(path) is not a SQLite database, or it is encrypted", "name a SQLite file")
        case .corrupt:
            (
                "\(path) is damaged (\(message))",
                "if a program is still copying the file, wait until it has finished; otherwise restore a backup, or try the sqlite3 shell's .recover"
            )
        case .resources where code & 0xFF == SQLITE_NOMEM: (message, "try again when there is memory to spare")
        case .resources:
            (
                "\(path) could not be read or written (\(message))",
                "check the disk, and how much this user may write there (quota, ulimit -f)"
            )
        // https://www.sqlite.org/loadext.html: modules are compiled in, or loaded by the program.
        case .other where code & 0xFF == SQLITE_ERROR && message.hasPrefix("no such module: "):
            (message, "use a build of SQLite that has this module; the script and the file are fine")
        // A view or trigger, which the message names, reads a column by its old name through the `*` of another view.
        case .other where code & 0xFF == SQLITE_ERROR && message.contains(" after rename: "):
            (message, "let a script drop what reads the old name before, and make it again afterwards")
        case .unique, .foreignKey, .notNull, .check, .raised, .transactionEnded, .pooled, .lost, .authentication,
            .interrupted, .changedMeanwhile, .invalidURL, .exists, .syntax, .other:
            (message, nil)
        }
    }

    /// Returns the code's name in SQLite's manual, or its number if the name is unknown.
    static func name(of code: Int32) -> String {
        guard let primary = SQLiteResultNames.primary[code & 0xFF] else { return String(code) }
        guard code > 0xFF else { return primary }
        guard let suffix = SQLiteResultNames.extended[code] else { return "\(primary) (\(code))" }
        return "\(primary)_\(suffix)"
    }
}
