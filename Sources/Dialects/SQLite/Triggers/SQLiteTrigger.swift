/// A trigger as SQLite reads it (https://www.sqlite.org/lang_createtrigger.html).
struct SQLiteTrigger: Equatable {
    enum Timing: Equatable { case before, after, insteadOf }

    enum Event: Equatable {
        case insert, delete
        /// `UPDATE OF a, b`. No columns mean any column.
        case update(of: [String])
    }

    /// One statement between BEGIN and END.
    enum Statement: Equatable {
        case insert(Insert)
        case update(String, [Assignment], condition: ExpressionTree?)
        case delete(from: String, condition: ExpressionTree?)
        /// A SELECT, which has an effect only if it calls RAISE.
        case select(QueryTree)

        /// The table whose rows the statement changes; `nil` for a SELECT.
        var writtenTable: String? {
            switch self {
            case .insert(let insert): insert.table
            case .update(let table, _, _), .delete(let table, _): table
            case .select: nil
            }
        }
    }

    struct Assignment: Equatable {
        var column: String
        var value: ExpressionTree
    }

    struct Insert: Equatable {
        /// The treatment of a row that breaks a unique key (https://www.sqlite.org/lang_conflict.html).
        enum Conflict: Equatable {
            case abort, ignore, replace
            /// `ON CONFLICT (key) DO NOTHING`. No columns mean any key.
            case nothing(key: [String])
            /// `ON CONFLICT (key) DO UPDATE SET … WHERE …`. No columns mean any key.
            case update(key: [String], [Assignment], condition: ExpressionTree?)
        }

        var conflict = Conflict.abort
        var table: String
        /// The columns that the statement names; empty if it names none.
        var columns: [String] = []
        /// The rows to insert; `nil` for DEFAULT VALUES.
        var rows: QueryTree?
    }

    var name: String
    var timing = Timing.before
    var event = Event.insert
    var table: String
    var condition: ExpressionTree?
    var statements: [Statement] = []
}
