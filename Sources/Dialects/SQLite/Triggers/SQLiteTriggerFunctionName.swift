// The name of a trigger's function, which the server must not mistake for one of its own.

extension SQLiteTriggerTranslation {
    /// The functions without arguments in PostgreSQL's own schema, which it finds before any other, as its versions 15 to 18 have them;
    /// those that begin with `pg_` are not listed.
    private static let ownFunctions: Set<String> = [
        "clock_timestamp", "count", "cume_dist", "current_database", "current_query", "current_schema", "current_user",
        "datemultirange", "dense_rank", "gen_random_uuid", "get_current_ts_config", "getdatabaseencoding",
        "getpgusername", "inet_client_addr", "inet_client_port", "inet_server_addr", "inet_server_port",
        "int4multirange", "int8multirange", "json_array", "json_build_array", "json_build_object", "json_object",
        "jsonb_build_array", "jsonb_build_object", "lastval", "now", "nummultirange", "percent_rank", "pi",
        "plpgsql_call_handler", "random", "rank", "row_number", "session_user", "statement_timestamp",
        "suppress_redundant_updates_trigger", "system_user", "timeofday", "transaction_timestamp", "tsmultirange",
        "tstzmultirange", "tsvector_update_trigger", "tsvector_update_trigger_column", "txid_current",
        "txid_current_if_assigned", "txid_current_snapshot", "unicode_version", "unique_key_recheck", "uuidv4",
        "uuidv7",
        "version",
    ]

    /// The trigger's name, with a word behind it if the server has such a function.
    var functionName: String {
        let isOwn = Self.ownFunctions.contains(trigger.name) || trigger.name.hasPrefix("pg_")
        return isOwn ? "\(trigger.name)_trigger" : trigger.name
    }
}
