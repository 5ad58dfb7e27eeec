/// The sequences of the copy, and the defaults that ask them.
extension PostgreSQLSameEngineCopy {
    /// Adds the sequences beside those of identity columns, which come with their columns. It must run before the tables are added.
    mutating func add(
        _ sequences: [PostgreSQLSequenceReader.Sequence], beside columns: [PostgreSQLColumnReader.Column]
    ) {
        for column in columns where column.canBeIdentity {
            if let name = column.sequence { ownersOfSequences[name] = [column.table] }
        }
        for sequence in sequences {
            let owner = sequence.owner.flatMap { $0.isInTable ? $0 : nil }
            let owners: Set<String> = owner.map { [$0.table] } ?? []
            ownersOfSequences[sequence.name] = owners
            if let strange = sequence.owner, owner == nil {
                copy.omitted.append(
                    .init(
                        .other, "\(sequence.name) OWNED BY",
                        reason: "\(strange.table).\(strange.column) is no column of the target"))
            }
            if sequence.position == nil {
                copy.omitted.append(
                    .init(
                        .other, "\(sequence.name) position",
                        reason: "the role has no privilege to read it: the sequence begins anew", of: owner?.table))
            }
            copy.sequences.append(
                .init(
                    name: sequence.name, owner: owner?.table, statement: creation(of: sequence, ownedBy: owner),
                    position: sequence.position.map { position($0, of: sequence.name) }))
        }
    }

    private func creation(
        of sequence: PostgreSQLSequenceReader.Sequence, ownedBy owner: PostgreSQLSequenceReader.Owner?
    ) -> String {
        let column = owner.map { " OWNED BY \(SQLText.identifier($0.table)).\(SQLText.identifier($0.column))" } ?? ""
        return "CREATE SEQUENCE \(SQLText.identifier(sequence.name)) \(sequence.options)\(column)"
    }

    private func position(_ position: PostgreSQLSequenceReader.Position, of sequence: String) -> String {
        let name = SQLText.literal(SQLText.identifier(sequence))
        return "SELECT setval(\(name), \(position.number), \(position.isIssued))"
    }

    /// Adds a column's default as a statement of its own, if it asks a sequence.
    ///
    /// - Returns: Whether it does.
    mutating func addDefault(_ expression: String, of column: PostgreSQLColumnReader.Column) -> Bool {
        let asked = sequencesAsked(in: expression)
        guard !asked.isEmpty else { return false }
        let (table, name) = (SQLText.identifier(column.table), SQLText.identifier(column.column.name))
        let owners = asked.compactMap { $0 }.flatMap { ownersOfSequences[$0] ?? [] }
        copy.defaults.append(
            .init(
                table: column.table, column: column.column.name, owners: Set(owners),
                statement: "ALTER TABLE \(table) ALTER COLUMN \(name) SET DEFAULT \(expression)"))
        return true
    }

    /// Why a default can't use its sequences in the copy, as a sentence about it; `nil` if it can, or uses none.
    func objection(toSequencesIn expression: String, of column: PostgreSQLColumnReader.Column) -> String? {
        let asked = sequencesAsked(in: expression)
        guard !asked.isEmpty else {
            // The sequence itself is the value.
            return uses.sequences[column.table]?[column.column.name].map {
                "it uses \($0), which is defined in the source: \(expression)"
            }
        }
        let areHere = asked.allSatisfy { name in name.map { ownersOfSequences[$0] != nil } ?? false }
        return areHere ? nil : "it uses a sequence that is not transferred, or that it does not name: \(expression)"
    }

    /// Returns the names of the sequences that an expression asks, one for each call: `nil` for a call that names none of this schema's.
    /// The server writes a sequence as a literal: `nextval('"Numbers"'::regclass)`.
    private func sequencesAsked(in expression: String) -> [String?] {
        let tokens = SQLToken.scan(expression).filter { !$0.isBlank }
        let calls = tokens.indices.filter { at in
            ["NEXTVAL", "CURRVAL", "SETVAL"].contains(where: tokens[at].isWord) && SQLToken.isCall(tokens, at)
        }
        return calls.map { call in
            tokens[(call + 1)...].first { !$0.isSymbol("(") }.flatMap(sequence(namedBy:))
        }
    }

    /// Returns the sequence that a literal names, as a name in SQL; `nil` for one of another schema, and for anything but a literal.
    private func sequence(namedBy literal: SQLToken) -> String? {
        guard literal.kind == .string, literal.text.hasPrefix("'") else { return nil }
        let parts = SQLToken.scan(SQLText.unquoted(literal.text, doubled: "'"))
        guard parts.count == 1, let name = parts[0].name else { return nil }
        return parts[0].kind == .word ? SQLName.folded(name) : name
    }
}
