/// The meaning of the names in a query, as far as its text alone tells: the relations that it reads, their names in each SELECT,
/// and the words that can be columns of each. It reads tokens instead of parsing, since the grammars of two databases are larger
/// than the SQL that views are written in. Names whose meaning it can't tell are reported as unclear.
struct QueryNames {
    /// A relation, subquery or function that a SELECT reads.
    struct Source {
        /// The table or view; `nil` for a subquery, a function, or a name that WITH defines.
        var relation: String?
        /// The position of the token that names the relation.
        var place: Int
        /// The qualifier of the source's columns: its alias, or the relation's name.
        var name: String
        var hasAlias: Bool
    }

    /// The parts of one SELECT.
    struct Scope {
        var parent: Int?
        var sources: [Source] = []
        /// The names of the result's columns, as far as they are given or are names of a source's columns.
        var outputs: [String] = []
        /// Whether the result has `*`; `starsOf` holds the qualifiers of `t.*`.
        var hasStar = false
        var starsOf: [String] = []
        /// The columns that a join names with `USING (a)`. A natural join leaves the choice to the names.
        var joining: [String] = []
        var isNatural = false
    }

    /// A word that can name a column.
    struct Use {
        var place: Int
        var scope: Int
        var qualifier: Int?
        /// Whether the word stands in ORDER BY, where a name means a column of the result first.
        var isOrder = false
        /// Whether the word is a whole column of the result, without a name of its own.
        var isBareOutput = false
    }

    let tokens: [SQLToken]
    private(set) var scopes: [Scope] = []
    private(set) var uses: [Use] = []
    /// The names that a WITH anywhere in the query defines.
    private(set) var defined: Set<String> = []

    init(_ text: String) {
        let tokens = SQLToken.scan(text)
        let solid = tokens.indices.filter { !tokens[$0].isBlank }
        self.tokens = tokens
        var reader = QueryScopeReader(solid.map { tokens[$0] })
        reader.read()
        defined = reader.defined
        scopes = reader.scopes
        uses = reader.uses
        for at in scopes.indices {
            for source in scopes[at].sources.indices {
                scopes[at].sources[source].place = solid[scopes[at].sources[source].place]
            }
        }
        for at in uses.indices {
            uses[at].place = solid[uses[at].place]
            uses[at].qualifier = uses[at].qualifier.map { solid[$0] }
        }
    }

    /// The tables and views that the query reads.
    var relations: [String] { scopes.flatMap(\.sources).compactMap(\.relation) }

    func reads(_ relation: String) -> Bool { relations.contains { SQLName.equal($0, relation) } }

    /// Returns the text with some tokens replaced.
    func text(replacing edits: [Int: String]) -> String {
        tokens.indices.map { edits[$0] ?? tokens[$0].text }.joined()
    }
}
