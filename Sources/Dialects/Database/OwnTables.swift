/// The toolkit's own tables: they stand beside the schema and are no part of it.
public enum OwnTables {
    public static let names: Set<String> = ["tc_migrations", "tc_transfers", "tc_transfer_chunks", "tc_quarantine"]
}
