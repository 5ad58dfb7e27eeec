/// Blobs in columns that .NET's programs declare as `GUID`: their bytes may have another order than the digits of a uuid.
enum GUIDBytes {
    /// Whether a declared type is one of .NET's words for a uuid.
    static func mayBe(in declared: String) -> Bool { ["guid", "uniqueidentifier"].contains(declared.lowercased()) }

    /// The order in which `System.Data.SQLite` writes them.
    static let order = "System.Data.SQLite writes the first 4, the next 2 and the 2 after them in reverse"
}
