/// The objects of a live database that the declared schema does not mention.
public struct UndeclaredObjects: Sendable, Equatable {
    /// A trigger, view, index, column or constraint that no migration declares.
    public struct Object: Sendable, Equatable {
        /// The kind of an undeclared object.
        public enum Kind: String, Sendable {
            /// A trigger on a declared table or view.
            case trigger
            /// A view over declared tables.
            case view
            /// An index of a declared table.
            case index
            /// A column of a declared table.
            case column
            /// A key, check or foreign key of a declared table.
            case constraint
            /// An option of the table: `WITHOUT ROWID`.
            case option
        }
        /// The kind of the object.
        public var kind: Kind
        /// The object's name in the database.
        public var name: String
        /// The table or view that the object belongs to; for a view, its own name.
        public var owner: String
        /// The statement that makes the object again, without a closing `;`.
        public var definition: String
        /// The columns of the owner that the object needs; `nil` if only its definition tells.
        package var columns: [String]?
        /// Statements that follow the definition: a view's grants and comments, a trigger's state.
        public var epilogue: [String]
        /// The statement of the epilogue that gives a trigger its state again; `nil` for one that is simply on.
        package var switchBack: String?

        package init(
            _ kind: Kind, name: String, owner: String, definition: String, columns: [String]? = nil,
            epilogue: [String] = []
        ) {
            self.kind = kind
            self.name = name
            self.owner = owner
            self.definition = definition
            self.columns = columns
            self.epilogue = epilogue
        }
    }

    /// The undeclared objects, in the order in which they can be made again.
    public var objects: [Object]
    /// Names that must not be chosen for a rebuild's draft table, or for a table on the way from one name to another.
    public var takenNames: Set<String>
    /// What follows a declared view when it is made again, by the view's name.
    public var epilogues: [String: ViewEpilogue]
    /// Statements that follow a column when it is made again or has other values, by table and column: grants and comments; in
    /// SQLite, what makes full-text tables read it again.
    public var columnEpilogues: [String: [String: [ColumnEpilogue]]] = [:]
    /// The defaults that are not the declared ones, by table and column, as the database writes them; `nil` for one that is gone.
    public var strangeDefaults: [String: [String: String?]] = [:]
    /// Those columns among the objects, by table, that differ from the declared ones by nothing but the expression that computes them.
    public var strangeExpressions: [String: Set<String>] = [:]
    /// The declared views that somebody has made with another query, by name, each with the statement that makes it so again.
    public var strangeViews: [String: String] = [:]
    /// The sequences of serial columns, in SQL, by table and column. Unlike an identity column's, such a sequence has a type of its own.
    public var serials: [String: [String: String]] = [:]
    /// The undeclared objects that depend on declared tables and views.
    public var dependents: [Dependent] = []
    /// Declared tables that somebody has made as ones of many partitions.
    public var partitioned: Set<String> = []

    package init(objects: [Object] = [], takenNames: Set<String> = [], epilogues: [String: ViewEpilogue] = [:]) {
        self.objects = objects
        self.takenNames = takenNames
        self.epilogues = epilogues
    }

    /// The strange views, as objects that no migration declares.
    var strangeViewObjects: [Object] {
        strangeViews.sorted { $0.key < $1.key }.map { Object(.view, name: $0.key, owner: $0.key, definition: $0.value) }
    }

    /// No undeclared objects. Scripts are written for a database without any.
    public static let none = UndeclaredObjects()

    /// Whether the database holds nothing but declared objects.
    public var isEmpty: Bool { self == .none }
}
