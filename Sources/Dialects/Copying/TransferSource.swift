/// A dialect whose databases can be read by a transfer.
package protocol TransferSource: Dialect {
    /// Returns how a table's rows are read, each exactly once.
    func reading(of table: Table, in inspection: Inspection) -> TableReading

    /// Returns a translator of one table's expressions into the target's SQL.
    ///
    /// - Parameter relation: The table. An expression that computes with converted values means something else in the target.
    /// - Parameter names: What a column is called in the target, by its name in the source, where the two differ.
    func translator(of relation: NamedRelation, names: [String: String]) -> any ExpressionTranslator

    /// Returns the types of a view's columns, in their order; `nil` if every value has a type of its own.
    ///
    /// - Throws: `DatabaseError`.
    func viewTypes(_ view: String, on connection: any Connection) throws -> [ColumnType]?

    /// Returns a view in SQL that means the same in the target.
    ///
    /// - Parameter relations: What the view reads: tables, and other views as an earlier call of this function described them.
    func query(of view: View, over relations: [NamedRelation]) throws(Untranslatable) -> TranslatedView

    /// Returns a sentence about a function of the expression that does a little less in the target; `nil` for most expressions.
    func remark(on expression: SQLExpression) -> String?

    /// Returns a sentence about keys that let more rows pass in the target, because values that are equal in the source differ there;
    /// `nil` for most tables. The table has the names of the source, as its views see it.
    func remark(onKeysOf table: Table) -> String?

    /// Returns whether one of a table's rows has bytes in this column, whatever the column's declared type.
    ///
    /// - Throws: `DatabaseError`.
    func hasBytes(_ column: String, in table: TableReading, on connection: any Connection) throws -> Bool

    /// Returns why a foreign key between columns of these types would refuse rows in a target that keeps their values as texts: those
    /// of equal values differ there. `nil` for most types. They are those by which the source's expressions compute.
    func objection(toKeyFrom child: ColumnType, to parent: ColumnType) -> String?

    /// The triggers that a target can be given, or why it can't. `relations` are the tables and views that they can name. `renaming`
    /// returns a text of a trigger on a table with the target's names, or throws.
    func triggers(
        of inspection: Inspection, over relations: [NamedRelation],
        renaming: (_ text: String, _ table: String) throws(Untranslatable) -> String
    ) -> [TranslatedTrigger]
}
