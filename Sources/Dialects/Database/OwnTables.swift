/// The toolkit's own tables. They stand in the same database as the schema, but are no part of it.
package enum OwnTables {
    package static let names: Set<String> = ["tc_migrations", "tc_transfers", "tc_transfer_chunks", "tc_quarantine"]
}
