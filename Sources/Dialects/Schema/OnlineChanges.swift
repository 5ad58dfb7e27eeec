extension SchemaOperation {
    /// The verb of the first change that can't be made while others read and write the table; `nil` if all changes can.
    package var verbThatIsNotOnline: String? {
        switch self {
        case .alterTable(_, let changes): changes.lazy.compactMap(\.verbThatIsNotOnline).first
        case .createTable: "CreateTable"
        case .dropTable: "DropTable"
        case .renameTable: "RenameTable"
        case .createView: "CreateView"
        case .dropView: "DropView"
        case .run: "RunSQL"
        case .runSwift: "Run"
        }
    }

    /// The table or view that the operation is about; `nil` for SQL or Swift that was written by hand.
    package var relation: String? {
        switch self {
        case .createTable(let table): table.name
        case .dropTable(let name), .renameTable(let name, _), .alterTable(let name, _), .dropView(let name): name
        case .createView(let view): view.name
        case .run, .runSwift: nil
        }
    }
}

extension Change {
    /// The verb of this change if an online migration can't make it. Such a change is either quick in any case, or changes rows
    /// that others write.
    fileprivate var verbThatIsNotOnline: String? {
        switch self {
        case .addIndex, .dropIndex, .addUnique, .dropUnique, .addCheck, .dropCheck, .addForeignKey, .dropForeignKey:
            nil
        case .changeColumn(_, let facets): facets.allSatisfy(\.isOnline) ? nil : "ChangeColumn"
        case .addColumn: "AddColumn"
        case .dropColumn: "DropColumn"
        case .renameColumn: "RenameColumn"
        case .addPrimaryKey: "AddPrimaryKey"
        case .dropPrimaryKey: "DropPrimaryKey"
        case .renameIndex: "RenameIndex"
        case .renameConstraint: "RenameConstraint"
        }
    }
}

extension Facet {
    /// Whether an online migration can make the change: the column becomes required or nullable, and no row is filled for it.
    fileprivate var isOnline: Bool {
        switch self {
        case .nullable(_, let filling): filling == nil
        case .type, .default, .generated, .collation: false
        }
    }
}
