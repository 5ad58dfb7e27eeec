import Dialects

/// Applied migrations that were edited, together with the operations that the ledger recorded for them. Their present operations
/// may be recorded if they make what the old ones made.
struct EditedMigrations {
    let history: History
    /// The applied migrations, in the order of application.
    let applied: AppliedOrder
    /// The operations that the ledger recorded for each applied migration, in the same order.
    let recorded: [[SchemaOperation]]
    let changed: [ChangedMigration]

    /// Throws `MigratorError.editMatters` unless the edited migrations make the schema that was recorded.
    func requireSameSchema() throws {
        let ids = changed.map(\.id)
        var schema = Schema()
        do throws(SchemaError) { for operations in recorded { try schema.apply(operations) } } catch {
            throw MigratorError.editMatters(ids, .unreadable)
        }
        let edited: Schema
        do throws(HistoryError) { edited = try history.schema(of: applied) } catch {
            guard case .impossible(let id, let reason) = error else { throw error }
            throw MigratorError.editMatters(ids, .impossible(id, reason))
        }
        guard edited == schema else {
            throw MigratorError.editMatters(ids, .otherSchema(schema.differences(from: edited)))
        }
    }

    /// The edits that no schema value shows. What they concern was done as it was recorded, and is not done again.
    var unproven: [UnprovenEdit] {
        let ids = Set(changed.map(\.id))
        return zip(applied.places, recorded).flatMap { place, old -> [UnprovenEdit] in
            let migration = history.migrations[place]
            guard ids.contains(migration.id) else { return [] }
            return UnprovenEdit.Kind.allCases.filter { $0.words(of: old) != $0.words(of: migration.operations) }
                .map { UnprovenEdit(id: migration.id, kind: $0) }
        }
    }
}

/// A part of an edited migration that ran as it was when it was applied, and that the edit does not run again.
public struct UnprovenEdit: Sendable, Equatable {
    /// The edited part.
    public enum Kind: String, Sendable, CaseIterable {
        /// A script.
        case script
        /// A data step. Only its name is known, so only the name can show an edit.
        case dataStep = "data_step"
        /// The treatment of rows: tables that are dropped or renamed, and values that are filled in, converted or dropped.
        case rows
    }

    /// The migration's id.
    public var id: String
    /// The edited part.
    public var kind: Kind
}

extension UnprovenEdit.Kind {
    /// Returns the operations that concern this part, in canonical form.
    fileprivate func words(of operations: [SchemaOperation]) -> String {
        CanonicalOperations.text(of: operations.compactMap(part))
    }

    private func part(of operation: SchemaOperation) -> SchemaOperation? {
        switch operation {
        case .run: return self == .script ? operation : nil
        case .runSwift: return self == .dataStep ? operation : nil
        case .dropTable, .renameTable: return self == .rows ? operation : nil
        case .alterTable(let table, let changes):
            let changing = changes.filter(\.changesRows)
            return self == .rows && !changing.isEmpty ? .alterTable(table, changing) : nil
        case .createTable, .createView, .dropView: return nil
        }
    }
}

extension Change {
    /// Whether existing rows hold other values after the change.
    fileprivate var changesRows: Bool {
        switch self {
        case .addColumn, .renameColumn, .dropColumn: true
        case .changeColumn(_, let facets):
            facets.contains { facet in
                switch facet {
                case .type, .generated: true
                case .nullable(_, let filling): filling != nil
                case .default, .collation: false
                }
            }
        case .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck, .dropCheck,
            .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            false
        }
    }
}

extension UnprovenEdit: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .script: "\(id): what its script did stays as it was applied, and is not done again"
        case .dataStep: "\(id): what its data steps did to rows stays as it was applied, and is not done again"
        case .rows: "\(id): rows stay as they were left when it was applied; its new values are not applied to them"
        }
    }
}

/// The reason why edited migrations can't be recorded.
public enum EditConflict: Sendable, Equatable {
    /// The recorded operations can't be read: another version of the program has written them.
    case unreadable
    /// The migration with this id is impossible after those before it.
    case impossible(String, SchemaError)
    /// The edited migrations make another schema. The value is its differences from the applied one.
    case otherSchema([SchemaDifference])
    /// The live schema differs from the one that the edited migrations make.
    case drift([SchemaDifference])
}

extension EditConflict: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable: "the applied operations can't be read back, so nothing shows that both are the same"
        case .impossible(let id, let error): "\(id) is no longer valid: \(error)"
        case .otherSchema(let differences):
            "they produce another schema than the applied ones: "
                + differences.map(\.description).joined(separator: "; ")
        case .drift(let differences):
            "the live schema is not what they produce: " + differences.map(\.description).joined(separator: "; ")
        }
    }
}
