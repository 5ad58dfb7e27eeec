import Dialects
import Testing
import TestSupport

/// Both databases with the same tables and rows, in which the meanings of a portable text are compared.
struct PortablePair {
    let sqlite: Database
    let postgresql: Database

    /// A table with a column of every type, and with names that PostgreSQL folds or reserves.
    static let table: Table = {
        var table = Table(name: "t")
        let types: [(String, ColumnType)] = [
            ("id", .bigint), ("n", .integer), ("b", .bigint), ("r", .real), ("p", .decimal(10, 2)),
            ("w", .decimal(18, 2)),
            ("q", .numeric), ("s", .text), ("v", .varchar(10)), ("f", .boolean), ("at", .timestamp), ("d", .date),
            ("u", .uuid), ("j", .json), ("k", .bytes), ("Mixed", .text), ("user", .text),
        ]
        table.columns = types.map { name, type in
            var column = Column(name, type)
            column.isNullable = name != "id"
            return column
        }
        table.primaryKey = PrimaryKey(["id"])
        return table
    }()

    static let other: Table = {
        var table = Table(name: "o")
        table.columns = [
            Column("id", .bigint), Column("t_id", .bigint), Column("amount", .decimal(8, 3)), Column("label", .text),
        ]
        table.primaryKey = PrimaryKey(["id"])
        return table
    }()

    static let schema = Schema(tables: [table, other])

    /// Rows with edge cases: equal decimals with different texts, letters beyond ASCII, halves, NULL in every column.
    static let rows: [[String]] = [
        [
            "1", "5", "7", "0.5", "'5'", "'5'", "'5'", "'a'", "'a'", "TRUE", "'2024-01-01T00:00:00.000000Z'",
            "'2024-01-01'",
        ],
        [
            "2", "-1", "-7", "1.5", "'20.00'", "'20.00'", "'20.00'", "'B'", "'B'", "FALSE",
            "'2023-12-31T23:59:59.500000Z'", "'2023-12-31'",
        ],
        ["3", "0", "0", "2.5", "'99.99'", "'99.99'", "'0.1'", "'é'", "'é'", "TRUE", "NULL", "NULL"],
        [
            "4", "NULL", "9007199254740993", "-0.5", "'100.00'", "'100'", "'99.99'", "'É'", "'É'", "NULL",
            "'2024-01-01T00:00:00.000001Z'", "'2024-02-29'",
        ],
        [
            "5", "2147483647", "NULL", "100", "'1000.00'", "'1000.00'", "'-1'", "'A'", "'ab%'", "FALSE",
            "'2025-06-30T12:00:00.000000Z'", "'2025-06-30'",
        ],
        [
            "6", "2", "4294967296", "NULL", "'-1'", "'-1'", "NULL", "''", "''", "TRUE", "'1999-12-31T00:00:00.000000Z'",
            "'1999-12-31'",
        ],
        [
            "7", "100", "5", "0.1", "NULL", "'0.5'", "'1000000000000000.01'", "NULL", "'a_b'", "TRUE",
            "'2024-01-02T00:00:00.000000Z'", "'2024-01-02'",
        ],
        ["8", "10", "20", "3.5", "'0'", "NULL", "'0.00'", "'abc'", "NULL", "FALSE", "NULL", "NULL"],
        ["9", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"],
        [
            "10", "-2147483648", "1", "-2.5", "'0.10'", "'0.1'", "'20'", "'Abc'", "'12'", "FALSE",
            "'2024-01-01T00:00:00.000000Z'", "'2024-01-01'",
        ],
        ["11", "3", "3", "7", "'20'", "'20'", "'20.00'", "'12'", "'-3'", "TRUE", "NULL", "'2024-03-01'"],
    ]

    private static let tails: [[String]] = [
        ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'{\"a\": 1}'", "X", "'x'", "'me'"],
        ["'00000000-0000-0000-0000-000000000000'", "'[1, 2]'", "X", "'Y'", "'You'"],
        ["NULL", "NULL", "NULL", "NULL", "NULL"],
    ]

    static func with(_ body: (PortablePair) async throws -> Void) async throws {
        try await Backend.sqlite.withDatabase { sqlite in
            try await Backend.postgresql.withDatabase { postgresql in
                let pair = PortablePair(sqlite: sqlite, postgresql: postgresql)
                for database in [sqlite, postgresql] { try await pair.fill(database) }
                try await body(pair)
            }
        }
    }

    private func fill(_ database: Database) async throws {
        let statements = try database.dialect.construct(Self.schema).tables
        let isSQLite = database.dialect.name == "sqlite"
        let rows = Self.rows.enumerated().map { at, row in
            let bytes = isSQLite ? "x'00ff'" : "'\\x00ff'"
            return "(" + (row + Self.tails[at % 3].map { $0 == "X" ? bytes : $0 }).joined(separator: ", ") + ")"
        }
        let others = [
            "(1, 1, '1.500', 'one')", "(2, 1, '10', 'Two')", "(3, 2, '9.75', 'éé')", "(4, 3, '100.000', 'two')",
            "(5, 77, '5', 'B')",
        ]
        try await database.withConnection { connection in
            for statement in statements { try connection.execute(SQL(trusted: statement)) }
            if !isSQLite {
                for table in ["t", "o"] {
                    let keys = "ALTER TABLE \(table) ADD PRIMARY KEY (id)"
                    try connection.execute(SQL(trusted: keys))
                }
            }
            let fillings = [
                "INSERT INTO t VALUES " + rows.joined(separator: ", "),
                "INSERT INTO o VALUES " + others.joined(separator: ", "),
            ]
            for filling in fillings { try connection.execute(SQL(trusted: filling)) }
        }
    }

    // MARK: What a text means

    enum Verdict: Equatable { case refused(String), same, different(String) }

    /// Returns whether the condition accepts and refuses the same rows in both databases.
    func condition(_ text: String) async throws -> Verdict {
        try await judge(text, as: .condition(of: Self.table)) { spelled in
            "SELECT CASE WHEN \(spelled) THEN 'taken' WHEN NOT (\(spelled)) THEN 'refused' ELSE 'taken' END FROM t WHERE id = "
        }
    }

    /// Returns whether both databases compute the same value for every row.
    func value(_ text: String, _ type: ColumnType) async throws -> Verdict {
        try await judge(text, as: .value(type, of: Self.table)) { "SELECT (\($0)) FROM t WHERE id = " }
    }

    private func judge(_ text: String, as use: ExpressionUse, _ query: (String) -> String) async throws -> Verdict {
        let spelled = [sqlite, postgresql].map { database in
            Result { () throws(LoweringError) in try database.dialect.render(.sql(text), as: use) }
        }
        switch (spelled[0], spelled[1]) {
        case (.failure(let error), .failure): return .refused(error.description)
        case (.success(let a), .success(let b)):
            let one = try await answers(sqlite, query(a))
            let other = try await answers(postgresql, query(b))
            return one == other ? .same : .different("\(text)\n  sqlite \(a)\n  \(one)\n  postgresql \(b)\n  \(other)")
        case (.failure(let error), .success), (.success, .failure(let error)):
            return .different("\(text): refused by one alone: \(error)")
        }
    }

    /// Returns the query's answer for each row. A row for which the computation fails counts as refused.
    private func answers(_ database: Database, _ query: String) async throws -> [String] {
        try await database.withConnection { connection in
            Self.rows.map { row in
                guard let value = try? connection.values(SQL(trusted: query + row[0])).first?.first else {
                    return "refused"
                }
                return Self.canonical(value)
            }
        }
    }

    /// Returns whether a view shows the same rows in the same order in both databases.
    func view(_ query: String, above: String? = nil) async throws -> Verdict {
        var schema = Self.schema
        let views = [above.map { View("base", as: .sql($0)) }, View("v", as: .sql(query))].compactMap { $0 }
        var statements: [[String]] = [[], []]
        for view in views {
            var errors: [LoweringError] = []
            for (at, database) in [sqlite, postgresql].enumerated() {
                do throws(LoweringError) {
                    let create = ResolvedOperation(.createView(view), from: schema, to: schema)
                    let lowering = try database.dialect.lower(create, keeping: .none)
                    statements[at] += lowering.statements
                } catch { errors.append(error) }
            }
            guard errors.isEmpty else {
                return errors.count == 2
                    ? .refused(errors[0].description) : .different("\(query): refused by one alone: \(errors)")
            }
            schema = Schema(tables: schema.tables, views: schema.views + [view])
        }
        let one = try await rows(sqlite, statements[0])
        let other = try await rows(postgresql, statements[1])
        return one == other ? .same : .different("\(query)\n  \(statements)\n  sqlite \(one)\n  postgresql \(other)")
    }

    private func rows(_ database: Database, _ statements: [String]) async throws -> [[String]] {
        try await database.withConnection { connection in
            try connection.begin()
            defer { try? connection.rollback() }
            do {
                for statement in statements { try connection.execute(SQL(trusted: statement)) }
                return try connection.values(SQL(trusted: "SELECT * FROM v")).map { $0.map(Self.canonical) }
            } catch { return [["\(error)"]] }
        }
    }

    /// Returns the same text for equal values of any type.
    private static func canonical(_ value: Value) -> String {
        switch value {
        case .null: return "NULL"
        case .boolean(let flag): return flag ? "1" : "0"
        case .integer(let number): return String(number)
        case .real(let number):
            return number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : "\(number)"
        case .blob(let bytes): return "\(bytes)"
        case .text(let text) where text.hasSuffix("+00") || (text.hasSuffix("Z") && text.contains(":")):
            // The databases write timestamps in different forms.
            let bare = text.replacing("T", with: " ").replacing("Z", with: "").replacing("+00", with: "")
            guard bare.contains(".") else { return bare }
            return String(bare.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
        case .text(let text):
            guard text.contains("."), let number = Double(text) else { return text }
            return canonical(.real(number))
        }
    }
}
