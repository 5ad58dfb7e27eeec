/// Reads `CREATE VIRTUAL TABLE … USING fts5(…)`, and fts3's and fts4's (https://www.sqlite.org/fts5.html, section 4;
/// https://www.sqlite.org/fts3.html, section 1.2).
struct SQLiteFullText {
    /// Returns the full-text tables with their definitions, their shadow tables and the triggers that fill them. Tables that
    /// keep no text are left out.
    static func find(in catalog: SQLiteCatalog) -> [FullText] {
        let virtual = catalog.objects.filter(\.isVirtualTable)
        guard !virtual.isEmpty else { return [] }
        let shadows = Dictionary(grouping: catalog.shadows, by: \.value)
        let tables = Dictionary(
            catalog.shadowTables.map { (SQLName.folded($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        let names = MentionedNames(virtual.map(\.name))
        var triggers: [String: [String]] = [:]
        for trigger in catalog.objects where trigger.kind == .trigger {
            for name in names.mentioned(in: .sql(trigger.sql ?? "")) {
                triggers[name, default: []].append(trigger.name)
            }
        }
        return virtual.compactMap { object in
            guard var text = SQLiteFullText(object.sql ?? "").fullText(named: object.name, over: catalog.tables)
            else { return nil }
            if text.content == .own { text.storage = storage(of: text, among: tables) }
            text.shadowTables = (shadows[object.name] ?? []).map(\.key).sorted()
            text.triggers = triggers[object.name] ?? []
            return text
        }
    }

    /// Returns the table in which a full-text table stores its own texts. The full-text table itself can't be opened if only its
    /// application has its tokenizer (https://www.sqlite.org/fts5.html, section 7.2). The storage table's first column is the row
    /// number, followed by one column for each column of the full-text table (https://www.sqlite.org/fts3.html, section 9.1).
    private static func storage(
        of text: FullText, among tables: [String: SQLiteCatalog.Table]
    ) -> FullText.Storage? {
        guard let table = tables[SQLName.folded(text.name + "_content")], table.columns.count > text.columns.count
        else { return nil }
        let columns = table.columns.map(\.name)
        return FullText.Storage(
            table: table.name, key: columns[0], columns: Array(columns.dropFirst().prefix(text.columns.count)))
    }

    private var columns: [String] = []
    private var unindexed: Set<String> = []
    private var options: [String: String] = [:]
    /// The folded name of the module.
    private let module: String

    private init(_ sql: String) {
        module = SQLName.folded(SQLiteShadowTables.module(of: sql))
        var cursor = SQLiteTokenCursor(sql)
        cursor.skip { $0.isSymbol("(") }
        guard isFullText, cursor.take(symbol: "(") else { return }
        while !cursor.isAtEnd, !cursor.isAt(symbol: ")") {
            if module == "fts5" { readArgument(&cursor) } else { readOldArgument(&cursor) }
            _ = cursor.take(symbol: ",")
        }
        // fts4 keeps no text of its own then, and ignores both.
        if options["content"] != nil { for name in ["compress", "uncompress"] { options[name] = nil } }
    }

    private var isFullText: Bool { ["fts3", "fts4", "fts5"].contains(module) }

    /// Reads an argument of fts3 or fts4.
    private mutating func readOldArgument(_ cursor: inout SQLiteTokenCursor) {
        let start = cursor.at
        cursor.skip { $0.isSymbol(",") || $0.isSymbol(")") }
        let argument = SQLiteFullTextArgument(
            cursor.text(from: start), hasOptions: module == "fts4", hasTokenizer: options["tokenize"] != nil)
        switch argument {
        case .column(let name)?: columns.append(name)
        // The only option that may be there several times.
        case .option("notindexed", let column)?: unindexed.insert(column)
        case .option(let name, let value)?: options[name] = value
        case nil: break
        }
    }

    /// Reads an argument of fts5, such as `title`, `body UNINDEXED` or `content='docs'`.
    private mutating func readArgument(_ cursor: inout SQLiteTokenCursor) {
        guard let name = cursor.takeName() else {
            cursor.skip { $0.isSymbol(",") || $0.isSymbol(")") }
            return
        }
        if cursor.take(symbol: "=") {
            options[name.lowercased()] = cursor.current?.nameOrString ?? ""
        } else {
            columns.append(name)
            if cursor.isAt(word: "UNINDEXED") { unindexed.insert(name) }
        }
        cursor.skip { $0.isSymbol(",") || $0.isSymbol(")") }
    }

    /// Why a full-text table's own texts can't be read, as a predicate; `nil` if nothing stands against it.
    ///
    /// FTS4 passes them through two functions that the application registers (https://www.sqlite.org/fts3.html, section 6.1).
    static func objection(to sql: String) -> String? {
        guard let function = SQLiteFullText(sql).options["uncompress"] else { return nil }
        return "keeps its texts in a form that only the application's function \(function)() can read"
    }

    private func fullText(named name: String, over tables: [SQLiteCatalog.Table]) -> FullText? {
        guard isFullText, options["uncompress"] == nil else { return nil }
        let stems = options["tokenize"]?.lowercased().hasPrefix("porter") ?? false
        let content: FullText.Content
        switch options["content"] {
        case nil: content = .own
        case ""?: return nil
        case let table?: content = .table(table, key: options["content_rowid"] ?? "rowid")
        }
        let columns = columns.isEmpty ? impliedColumns(content, tables) : columns
        guard !columns.isEmpty else { return nil }
        // A hidden column, which `SELECT *` does not show.
        let language = content == .own ? options["languageid"] : nil
        return FullText(
            name: name, columns: columns + [language].compactMap { $0 },
            indexed: columns.filter { column in !unindexed.contains { SQLName.equal($0, column) } }, content: content,
            stems: stems, hasOwnTokenizer: hasOwnTokenizer)
    }

    /// Returns the columns of an fts3 or fts4 table that declares none; none if they are not known.
    private func impliedColumns(_ content: FullText.Content, _ tables: [SQLiteCatalog.Table]) -> [String] {
        guard module != "fts5" else { return [] }
        switch content {
        case .own: return ["content"]
        case .table(let name, _):
            let columns = tables.first { SQLName.equal($0.name, name) }?.columns.map(\.name) ?? []
            return columns.filter { !SQLName.equal($0, options["languageid"] ?? "") }
        }
    }

    /// Whether SQLite lacks the tokenizer (https://www.sqlite.org/fts5.html, section 4.3; https://www.sqlite.org/fts3.html, section 8.1).
    /// Of these, only fts5's `porter` takes another one behind it.
    private var hasOwnTokenizer: Bool {
        let known: Set = ["unicode61", "ascii", "porter", "trigram", "simple"]
        let words = SQLName.folded(options["tokenize"] ?? "").split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        let tokenizers = words.first == "porter" ? words.prefix(2) : words.prefix(1)
        return tokenizers.contains { !known.contains(String($0)) }
    }
}
