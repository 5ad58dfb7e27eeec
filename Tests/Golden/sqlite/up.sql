-- For the sqlite3 shell, and a database that holds only what the migrations declare.
.bail on

-- up 0001-single-user-tables
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE TABLE "tc_migrations" (
    "position" INTEGER PRIMARY KEY NOT NULL,
    "id" TEXT NOT NULL,
    "checksum" TEXT NOT NULL,
    "operations" TEXT NOT NULL,
    "applied_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    "duration_ms" INTEGER NOT NULL,
    "applied_by" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    CONSTRAINT "tc_migrations_id_key" UNIQUE ("id")
) STRICT;
CREATE TABLE "sessions" (
    "session_id" TEXT PRIMARY KEY NOT NULL,
    "computer_name" TEXT NOT NULL,
    "title" TEXT,
    "tmux_session_name" TEXT,
    "last_input_origin" TEXT NOT NULL DEFAULT 'telegram',
    "adapter_metadata" TEXT CHECK ("adapter_metadata" IS NULL OR json_valid("adapter_metadata")),
    "created_at" TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    "last_activity" TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    "closed_at" TEXT,
    "terminal_size" TEXT DEFAULT '80x24',
    "project_path" TEXT,
    "subdir" TEXT,
    "description" TEXT,
    "initiated_by_ai" INTEGER DEFAULT 0 CHECK ("initiated_by_ai" IN (0, 1)),
    "initiator_session_id" TEXT,
    "output_message_id" TEXT,
    "notification_sent" INTEGER DEFAULT 0 CHECK ("notification_sent" IN (0, 1)),
    "native_session_id" TEXT,
    "native_log_file" TEXT,
    "active_agent" TEXT,
    "thinking_mode" TEXT,
    "tui_log_file" TEXT,
    "tui_capture_started" INTEGER DEFAULT 0 CHECK ("tui_capture_started" IN (0, 1)),
    "last_message_sent" TEXT,
    "last_message_sent_at" TEXT,
    "last_output_raw" TEXT,
    "last_output_at" TEXT,
    "working_slug" TEXT,
    "lifecycle_status" TEXT DEFAULT 'active',
    "last_output_summary" TEXT,
    "last_output_digest" TEXT,
    "last_tool_done_at" TEXT,
    "last_tool_use_at" TEXT,
    "last_checkpoint_at" TEXT,
    "human_email" TEXT,
    "human_role" TEXT,
    "last_memory_extraction_at" TEXT,
    "help_desk_processed_at" TEXT,
    "relay_status" TEXT,
    "relay_discord_channel_id" TEXT,
    "relay_started_at" TEXT,
    "char_offset" INTEGER DEFAULT 0,
    "transcript_files" TEXT DEFAULT '[]' CHECK ("transcript_files" IS NULL OR json_valid("transcript_files")),
    "visibility" TEXT DEFAULT 'private',
    "session_metadata" TEXT CHECK ("session_metadata" IS NULL OR json_valid("session_metadata")),
    "turn_triggered_by_linked_output" INTEGER NOT NULL DEFAULT 0 CHECK ("turn_triggered_by_linked_output" IN (0, 1)),
    "principal" TEXT
) STRICT;
CREATE INDEX "sessions_closed_at_idx" ON "sessions" ("closed_at");
CREATE INDEX "sessions_computer_name_idx" ON "sessions" ("computer_name");
CREATE INDEX "sessions_initiator_session_id_idx" ON "sessions" ("initiator_session_id");
CREATE INDEX "sessions_last_activity_idx" ON "sessions" ("last_activity" DESC);
CREATE INDEX "sessions_lifecycle_status_idx" ON "sessions" ("lifecycle_status");
CREATE INDEX "sessions_native_session_id_idx" ON "sessions" ("native_session_id");
CREATE TABLE "session_tokens" (
    "token" TEXT PRIMARY KEY NOT NULL,
    "session_id" TEXT NOT NULL,
    "principal" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "issued_at" TEXT NOT NULL,
    "expires_at" TEXT NOT NULL,
    "revoked_at" TEXT,
    CONSTRAINT "session_tokens_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions" ("session_id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "session_tokens_expires_at_idx" ON "session_tokens" ("expires_at");
CREATE INDEX "session_tokens_session_id_idx" ON "session_tokens" ("session_id");
CREATE TABLE "session_listeners" (
    "target_session_id" TEXT NOT NULL,
    "caller_session_id" TEXT NOT NULL,
    "caller_tmux_session" TEXT NOT NULL,
    "registered_at" TEXT NOT NULL,
    CONSTRAINT "session_listeners_pkey" PRIMARY KEY ("target_session_id", "caller_session_id")
) STRICT;
CREATE INDEX "session_listeners_caller_session_id_idx" ON "session_listeners" ("caller_session_id");
CREATE TABLE "pending_message_deletions" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "session_id" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "deletion_type" TEXT NOT NULL,
    "created_at" TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT "pending_message_deletions_session_id_message_id_dele_6b47cf73" UNIQUE ("session_id", "message_id", "deletion_type"),
    CONSTRAINT "pending_message_deletions_deletion_type_check" CHECK ("deletion_type" IN ('user_input', 'feedback')),
    CONSTRAINT "pending_message_deletions_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions" ("session_id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "pending_message_deletions_session_id_idx" ON "pending_message_deletions" ("session_id");
CREATE TABLE "conversation_links" (
    "link_id" TEXT PRIMARY KEY NOT NULL,
    "mode" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_by_session_id" TEXT NOT NULL,
    "metadata_json" TEXT CHECK ("metadata_json" IS NULL OR json_valid("metadata_json")),
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "closed_at" TEXT,
    CONSTRAINT "conversation_links_mode_check" CHECK ("mode" IN ('direct_link', 'gathering_link')),
    CONSTRAINT "conversation_links_status_check" CHECK ("status" IN ('active', 'closed'))
) STRICT;
CREATE INDEX "conversation_links_status_idx" ON "conversation_links" ("status");
CREATE TABLE "conversation_link_members" (
    "link_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "participant_name" TEXT,
    "participant_number" INTEGER,
    "participant_role" TEXT,
    "computer_name" TEXT,
    "joined_at" TEXT NOT NULL,
    CONSTRAINT "conversation_link_members_pkey" PRIMARY KEY ("link_id", "session_id"),
    CONSTRAINT "conversation_link_members_link_id_fkey" FOREIGN KEY ("link_id") REFERENCES "conversation_links" ("link_id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "conversation_link_members_session_id_idx" ON "conversation_link_members" ("session_id");
CREATE TABLE "hook_outbox" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "session_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "payload" TEXT NOT NULL CHECK (json_valid("payload")),
    "created_at" TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    "next_attempt_at" TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    "attempt_count" INTEGER DEFAULT 0,
    "last_error" TEXT,
    "delivered_at" TEXT,
    "locked_at" TEXT
) STRICT;
CREATE INDEX "hook_outbox_delivered_at_next_attempt_at_idx" ON "hook_outbox" ("delivered_at", "next_attempt_at");
CREATE TABLE "inbound_queue" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "session_id" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "message_type" TEXT NOT NULL DEFAULT 'text',
    "content" TEXT NOT NULL DEFAULT '',
    "payload_json" TEXT CHECK ("payload_json" IS NULL OR json_valid("payload_json")),
    "actor_id" TEXT,
    "actor_name" TEXT,
    "actor_avatar_url" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "created_at" TEXT NOT NULL,
    "processed_at" TEXT,
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "next_retry_at" TEXT,
    "last_error" TEXT,
    "locked_at" TEXT,
    "source_message_id" TEXT,
    "source_channel_id" TEXT,
    CONSTRAINT "inbound_queue_message_type_check" CHECK ("message_type" IN ('text', 'voice', 'file')),
    CONSTRAINT "inbound_queue_status_check" CHECK ("status" IN ('pending', 'processing', 'delivered', 'failed', 'expired'))
) STRICT;
CREATE INDEX "inbound_queue_session_id_status_next_retry_at_idx" ON "inbound_queue" ("session_id", "status", "next_retry_at");
CREATE UNIQUE INDEX "inbound_queue_origin_source_message_id_idx" ON "inbound_queue" ("origin", "source_message_id") WHERE source_message_id IS NOT NULL;
CREATE TABLE "notification_outbox" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "channel" TEXT NOT NULL,
    "recipient_email" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "file_path" TEXT,
    "delivery_channel" TEXT NOT NULL DEFAULT 'telegram',
    "status" TEXT NOT NULL DEFAULT 'pending',
    "created_at" TEXT NOT NULL,
    "delivered_at" TEXT,
    "attempt_count" INTEGER DEFAULT 0,
    "next_attempt_at" TEXT,
    "last_error" TEXT,
    "locked_at" TEXT
) STRICT;
CREATE INDEX "notification_outbox_next_attempt_at_idx" ON "notification_outbox" ("next_attempt_at");
CREATE INDEX "notification_outbox_status_idx" ON "notification_outbox" ("status");
CREATE TABLE "webhook_contracts" (
    "id" TEXT PRIMARY KEY NOT NULL,
    "contract_json" TEXT NOT NULL CHECK (json_valid("contract_json")),
    "active" INTEGER NOT NULL DEFAULT 1 CHECK ("active" IN (0, 1)),
    "source" TEXT NOT NULL DEFAULT 'api',
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL
) STRICT;
CREATE INDEX "webhook_contracts_active_idx" ON "webhook_contracts" ("active");
CREATE TABLE "webhook_outbox" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "contract_id" TEXT NOT NULL,
    "event_json" TEXT NOT NULL CHECK (json_valid("event_json")),
    "target_url" TEXT NOT NULL,
    "target_secret" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "created_at" TEXT NOT NULL,
    "delivered_at" TEXT,
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TEXT,
    "last_error" TEXT,
    "locked_at" TEXT
) STRICT;
CREATE INDEX "webhook_outbox_next_attempt_at_idx" ON "webhook_outbox" ("next_attempt_at");
CREATE INDEX "webhook_outbox_status_idx" ON "webhook_outbox" ("status");
CREATE TABLE "operations" (
    "operation_id" TEXT PRIMARY KEY NOT NULL,
    "kind" TEXT NOT NULL,
    "caller_session_id" TEXT NOT NULL,
    "client_request_id" TEXT,
    "cwd" TEXT NOT NULL,
    "slug" TEXT,
    "payload_json" TEXT NOT NULL CHECK (json_valid("payload_json")),
    "state" TEXT NOT NULL,
    "progress_phase" TEXT,
    "progress_decision" TEXT,
    "progress_reason" TEXT,
    "result_text" TEXT,
    "error_text" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "started_at" TEXT,
    "completed_at" TEXT,
    "heartbeat_at" TEXT,
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "operations_state_check" CHECK ("state" IN ('queued', 'running', 'completed', 'failed', 'stale', 'cancelled'))
) STRICT;
CREATE INDEX "operations_caller_session_id_kind_state_created_at_idx" ON "operations" ("caller_session_id", "kind", "state", "created_at" DESC);
CREATE UNIQUE INDEX "operations_kind_caller_session_id_client_request_id_idx" ON "operations" ("kind", "caller_session_id", "client_request_id") WHERE client_request_id IS NOT NULL;
CREATE INDEX "operations_state_heartbeat_at_idx" ON "operations" ("state", "heartbeat_at");
CREATE TABLE "memory_manual_sessions" (
    "memory_session_id" TEXT PRIMARY KEY NOT NULL,
    "project" TEXT NOT NULL,
    "created_at_epoch" INTEGER NOT NULL,
    CONSTRAINT "memory_manual_sessions_project_key" UNIQUE ("project")
) STRICT;
CREATE TABLE "memory_observations" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "memory_session_id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "title" TEXT,
    "subtitle" TEXT,
    "facts" TEXT,
    "narrative" TEXT,
    "concepts" TEXT,
    "files_read" TEXT,
    "files_modified" TEXT,
    "prompt_number" INTEGER,
    "discovery_tokens" INTEGER DEFAULT 0,
    "created_at" TEXT NOT NULL,
    "created_at_epoch" INTEGER NOT NULL,
    "identity_key" TEXT
) STRICT;
CREATE INDEX "memory_observations_project_identity_key_idx" ON "memory_observations" ("project", "identity_key");
CREATE INDEX "memory_observations_project_created_at_epoch_idx" ON "memory_observations" ("project", "created_at_epoch" DESC);
CREATE INDEX "memory_observations_memory_session_id_idx" ON "memory_observations" ("memory_session_id");
CREATE INDEX "memory_observations_type_idx" ON "memory_observations" ("type");
CREATE TABLE "memory_summaries" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "memory_session_id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "request" TEXT,
    "investigated" TEXT,
    "learned" TEXT,
    "completed" TEXT,
    "next_steps" TEXT,
    "created_at" TEXT NOT NULL,
    "created_at_epoch" INTEGER NOT NULL
) STRICT;
CREATE INDEX "memory_summaries_project_created_at_epoch_idx" ON "memory_summaries" ("project", "created_at_epoch" DESC);
CREATE INDEX "memory_summaries_memory_session_id_idx" ON "memory_summaries" ("memory_session_id");
CREATE TABLE "mirrors" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "session_id" TEXT NOT NULL,
    "source_identity" TEXT,
    "computer" TEXT NOT NULL,
    "agent" TEXT NOT NULL,
    "project" TEXT NOT NULL DEFAULT '',
    "title" TEXT NOT NULL DEFAULT '',
    "timestamp_start" TEXT,
    "timestamp_end" TEXT,
    "conversation_text" TEXT NOT NULL DEFAULT '',
    "message_count" INTEGER NOT NULL DEFAULT 0,
    "metadata" TEXT DEFAULT '{}' CHECK ("metadata" IS NULL OR json_valid("metadata")),
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL
) STRICT;
CREATE INDEX "mirrors_agent_idx" ON "mirrors" ("agent");
CREATE INDEX "mirrors_project_idx" ON "mirrors" ("project");
CREATE UNIQUE INDEX "mirrors_source_identity_idx" ON "mirrors" ("source_identity");
CREATE INDEX "mirrors_timestamp_start_idx" ON "mirrors" ("timestamp_start" DESC);
CREATE TABLE "mirror_tombstones" (
    "source_identity" TEXT PRIMARY KEY NOT NULL,
    "agent" TEXT NOT NULL,
    "transcript_path" TEXT NOT NULL,
    "file_size" INTEGER NOT NULL,
    "file_mtime" TEXT NOT NULL,
    "created_at" TEXT NOT NULL
) STRICT;
CREATE TABLE "agent_availability" (
    "agent" TEXT PRIMARY KEY NOT NULL,
    "available" INTEGER DEFAULT 1 CHECK ("available" IN (0, 1)),
    "unavailable_until" TEXT,
    "degraded_until" TEXT,
    "reason" TEXT
) STRICT;
CREATE TABLE "voice_assignments" (
    "id" TEXT PRIMARY KEY NOT NULL,
    "service_name" TEXT,
    "voice" TEXT DEFAULT '',
    "assigned_at" TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
) STRICT;
CREATE INDEX "voice_assignments_assigned_at_idx" ON "voice_assignments" ("assigned_at");
CREATE TABLE "system_settings" (
    "key" TEXT PRIMARY KEY NOT NULL,
    "value" TEXT NOT NULL,
    "updated_at" TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
) STRICT;
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0001-single-user-tables', '28fae9ee4ec29ff68c1c0887afec206b', '[{"create_table":{"columns":[{"name":"session_id","type":"text"},{"name":"computer_name","type":"text"},{"name":"title","nullable":true,"type":"text"},{"name":"tmux_session_name","nullable":true,"type":"text"},{"default":{"text":"telegram"},"name":"last_input_origin","type":"text"},{"name":"adapter_metadata","nullable":true,"type":"json"},{"default":{"function":"now"},"name":"created_at","nullable":true,"type":"timestamp"},{"default":{"function":"now"},"name":"last_activity","nullable":true,"type":"timestamp"},{"name":"closed_at","nullable":true,"type":"timestamp"},{"default":{"text":"80x24"},"name":"terminal_size","nullable":true,"type":"text"},{"name":"project_path","nullable":true,"type":"text"},{"name":"subdir","nullable":true,"type":"text"},{"name":"description","nullable":true,"type":"text"},{"default":{"boolean":false},"name":"initiated_by_ai","nullable":true,"type":"boolean"},{"name":"initiator_session_id","nullable":true,"type":"text"},{"name":"output_message_id","nullable":true,"type":"text"},{"default":{"boolean":false},"name":"notification_sent","nullable":true,"type":"boolean"},{"name":"native_session_id","nullable":true,"type":"text"},{"name":"native_log_file","nullable":true,"type":"text"},{"name":"active_agent","nullable":true,"type":"text"},{"name":"thinking_mode","nullable":true,"type":"text"},{"name":"tui_log_file","nullable":true,"type":"text"},{"default":{"boolean":false},"name":"tui_capture_started","nullable":true,"type":"boolean"},{"name":"last_message_sent","nullable":true,"type":"text"},{"name":"last_message_sent_at","nullable":true,"type":"timestamp"},{"name":"last_output_raw","nullable":true,"type":"text"},{"name":"last_output_at","nullable":true,"type":"timestamp"},{"name":"working_slug","nullable":true,"type":"text"},{"default":{"text":"active"},"name":"lifecycle_status","nullable":true,"type":"text"},{"name":"last_output_summary","nullable":true,"type":"text"},{"name":"last_output_digest","nullable":true,"type":"text"},{"name":"last_tool_done_at","nullable":true,"type":"timestamp"},{"name":"last_tool_use_at","nullable":true,"type":"timestamp"},{"name":"last_checkpoint_at","nullable":true,"type":"timestamp"},{"name":"human_email","nullable":true,"type":"text"},{"name":"human_role","nullable":true,"type":"text"},{"name":"last_memory_extraction_at","nullable":true,"type":"timestamp"},{"name":"help_desk_processed_at","nullable":true,"type":"timestamp"},{"name":"relay_status","nullable":true,"type":"text"},{"name":"relay_discord_channel_id","nullable":true,"type":"text"},{"name":"relay_started_at","nullable":true,"type":"timestamp"},{"default":{"integer":0},"name":"char_offset","nullable":true,"type":"bigint"},{"default":{"json":"[]"},"name":"transcript_files","nullable":true,"type":"json"},{"default":{"text":"private"},"name":"visibility","nullable":true,"type":"text"},{"name":"session_metadata","nullable":true,"type":"json"},{"default":{"boolean":false},"name":"turn_triggered_by_linked_output","type":"boolean"},{"name":"principal","nullable":true,"type":"text"}],"indexes":[{"parts":[{"column":"closed_at"}]},{"parts":[{"column":"computer_name"}]},{"parts":[{"column":"initiator_session_id"}]},{"parts":[{"column":"last_activity","descending":true}]},{"parts":[{"column":"lifecycle_status"}]},{"parts":[{"column":"native_session_id"}]}],"name":"sessions","primary_key":{"columns":["session_id"]}}},{"create_table":{"columns":[{"name":"token","type":"text"},{"name":"session_id","type":"text"},{"name":"principal","type":"text"},{"name":"role","type":"text"},{"name":"issued_at","type":"timestamp"},{"name":"expires_at","type":"timestamp"},{"name":"revoked_at","nullable":true,"type":"timestamp"}],"foreign_keys":[{"columns":["session_id"],"on_delete":"CASCADE","parent":"sessions","parent_columns":["session_id"]}],"indexes":[{"parts":[{"column":"expires_at"}]},{"parts":[{"column":"session_id"}]}],"name":"session_tokens","primary_key":{"columns":["token"]}}},{"create_table":{"columns":[{"name":"target_session_id","type":"text"},{"name":"caller_session_id","type":"text"},{"name":"caller_tmux_session","type":"text"},{"name":"registered_at","type":"timestamp"}],"indexes":[{"parts":[{"column":"caller_session_id"}]}],"name":"session_listeners","primary_key":{"columns":["target_session_id","caller_session_id"]}}},{"create_table":{"checks":[{"expression":"\"deletion_type\" in (''user_input'', ''feedback'')"}],"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"session_id","type":"text"},{"name":"message_id","type":"text"},{"name":"deletion_type","type":"text"},{"default":{"function":"now"},"name":"created_at","nullable":true,"type":"timestamp"}],"foreign_keys":[{"columns":["session_id"],"on_delete":"CASCADE","parent":"sessions","parent_columns":["session_id"]}],"indexes":[{"parts":[{"column":"session_id"}]}],"name":"pending_message_deletions","primary_key":{"columns":["id"]},"uniques":[{"columns":["session_id","message_id","deletion_type"]}]}},{"create_table":{"checks":[{"expression":"\"mode\" in (''direct_link'', ''gathering_link'')"},{"expression":"\"status\" in (''active'', ''closed'')"}],"columns":[{"name":"link_id","type":"text"},{"name":"mode","type":"text"},{"default":{"text":"active"},"name":"status","type":"text"},{"name":"created_by_session_id","type":"text"},{"name":"metadata_json","nullable":true,"type":"json"},{"name":"created_at","type":"timestamp"},{"name":"updated_at","type":"timestamp"},{"name":"closed_at","nullable":true,"type":"timestamp"}],"indexes":[{"parts":[{"column":"status"}]}],"name":"conversation_links","primary_key":{"columns":["link_id"]}}},{"create_table":{"columns":[{"name":"link_id","type":"text"},{"name":"session_id","type":"text"},{"name":"participant_name","nullable":true,"type":"text"},{"name":"participant_number","nullable":true,"type":"integer"},{"name":"participant_role","nullable":true,"type":"text"},{"name":"computer_name","nullable":true,"type":"text"},{"name":"joined_at","type":"timestamp"}],"foreign_keys":[{"columns":["link_id"],"on_delete":"CASCADE","parent":"conversation_links","parent_columns":["link_id"]}],"indexes":[{"parts":[{"column":"session_id"}]}],"name":"conversation_link_members","primary_key":{"columns":["link_id","session_id"]}}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"session_id","type":"text"},{"name":"event_type","type":"text"},{"name":"payload","type":"json"},{"default":{"function":"now"},"name":"created_at","nullable":true,"type":"timestamp"},{"default":{"function":"now"},"name":"next_attempt_at","nullable":true,"type":"timestamp"},{"default":{"integer":0},"name":"attempt_count","nullable":true,"type":"integer"},{"name":"last_error","nullable":true,"type":"text"},{"name":"delivered_at","nullable":true,"type":"timestamp"},{"name":"locked_at","nullable":true,"type":"timestamp"}],"indexes":[{"parts":[{"column":"delivered_at"},{"column":"next_attempt_at"}]}],"name":"hook_outbox","primary_key":{"columns":["id"]}}},{"create_table":{"checks":[{"expression":"\"message_type\" in (''text'', ''voice'', ''file'')"},{"expression":"\"status\" in (''pending'', ''processing'', ''delivered'', ''failed'', ''expired'')"}],"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"session_id","type":"text"},{"name":"origin","type":"text"},{"default":{"text":"text"},"name":"message_type","type":"text"},{"default":{"text":""},"name":"content","type":"text"},{"name":"payload_json","nullable":true,"type":"json"},{"name":"actor_id","nullable":true,"type":"text"},{"name":"actor_name","nullable":true,"type":"text"},{"name":"actor_avatar_url","nullable":true,"type":"text"},{"default":{"text":"pending"},"name":"status","type":"text"},{"name":"created_at","type":"timestamp"},{"name":"processed_at","nullable":true,"type":"timestamp"},{"default":{"integer":0},"name":"attempt_count","type":"integer"},{"name":"next_retry_at","nullable":true,"type":"timestamp"},{"name":"last_error","nullable":true,"type":"text"},{"name":"locked_at","nullable":true,"type":"timestamp"},{"name":"source_message_id","nullable":true,"type":"text"},{"name":"source_channel_id","nullable":true,"type":"text"}],"indexes":[{"parts":[{"column":"session_id"},{"column":"status"},{"column":"next_retry_at"}]},{"condition":"source_message_id is not null","parts":[{"column":"origin"},{"column":"source_message_id"}],"unique":true}],"name":"inbound_queue","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"channel","type":"text"},{"name":"recipient_email","type":"text"},{"name":"content","type":"text"},{"name":"file_path","nullable":true,"type":"text"},{"default":{"text":"telegram"},"name":"delivery_channel","type":"text"},{"default":{"text":"pending"},"name":"status","type":"text"},{"name":"created_at","type":"timestamp"},{"name":"delivered_at","nullable":true,"type":"timestamp"},{"default":{"integer":0},"name":"attempt_count","nullable":true,"type":"integer"},{"name":"next_attempt_at","nullable":true,"type":"timestamp"},{"name":"last_error","nullable":true,"type":"text"},{"name":"locked_at","nullable":true,"type":"timestamp"}],"indexes":[{"parts":[{"column":"next_attempt_at"}]},{"parts":[{"column":"status"}]}],"name":"notification_outbox","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"name":"id","type":"text"},{"name":"contract_json","type":"json"},{"default":{"boolean":true},"name":"active","type":"boolean"},{"default":{"text":"api"},"name":"source","type":"text"},{"name":"created_at","type":"timestamp"},{"name":"updated_at","type":"timestamp"}],"indexes":[{"parts":[{"column":"active"}]}],"name":"webhook_contracts","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"contract_id","type":"text"},{"name":"event_json","type":"json"},{"name":"target_url","type":"text"},{"name":"target_secret","nullable":true,"type":"text"},{"default":{"text":"pending"},"name":"status","type":"text"},{"name":"created_at","type":"timestamp"},{"name":"delivered_at","nullable":true,"type":"timestamp"},{"default":{"integer":0},"name":"attempt_count","type":"integer"},{"name":"next_attempt_at","nullable":true,"type":"timestamp"},{"name":"last_error","nullable":true,"type":"text"},{"name":"locked_at","nullable":true,"type":"timestamp"}],"indexes":[{"parts":[{"column":"next_attempt_at"}]},{"parts":[{"column":"status"}]}],"name":"webhook_outbox","primary_key":{"columns":["id"]}}},{"create_table":{"checks":[{"expression":"\"state\" in (''queued'', ''running'', ''completed'', ''failed'', ''stale'', ''cancelled'')"}],"columns":[{"name":"operation_id","type":"text"},{"name":"kind","type":"text"},{"name":"caller_session_id","type":"text"},{"name":"client_request_id","nullable":true,"type":"text"},{"name":"cwd","type":"text"},{"name":"slug","nullable":true,"type":"text"},{"name":"payload_json","type":"json"},{"name":"state","type":"text"},{"name":"progress_phase","nullable":true,"type":"text"},{"name":"progress_decision","nullable":true,"type":"text"},{"name":"progress_reason","nullable":true,"type":"text"},{"name":"result_text","nullable":true,"type":"text"},{"name":"error_text","nullable":true,"type":"text"},{"name":"created_at","type":"timestamp"},{"name":"updated_at","type":"timestamp"},{"name":"started_at","nullable":true,"type":"timestamp"},{"name":"completed_at","nullable":true,"type":"timestamp"},{"name":"heartbeat_at","nullable":true,"type":"timestamp"},{"default":{"integer":0},"name":"attempt_count","type":"integer"}],"indexes":[{"parts":[{"column":"caller_session_id"},{"column":"kind"},{"column":"state"},{"column":"created_at","descending":true}]},{"condition":"client_request_id is not null","parts":[{"column":"kind"},{"column":"caller_session_id"},{"column":"client_request_id"}],"unique":true},{"parts":[{"column":"state"},{"column":"heartbeat_at"}]}],"name":"operations","primary_key":{"columns":["operation_id"]}}},{"create_table":{"columns":[{"name":"memory_session_id","type":"text"},{"name":"project","type":"text"},{"name":"created_at_epoch","type":"bigint"}],"name":"memory_manual_sessions","primary_key":{"columns":["memory_session_id"]},"uniques":[{"columns":["project"]}]}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"memory_session_id","type":"text"},{"name":"project","type":"text"},{"name":"type","type":"text"},{"name":"title","nullable":true,"type":"text"},{"name":"subtitle","nullable":true,"type":"text"},{"name":"facts","nullable":true,"type":"text"},{"name":"narrative","nullable":true,"type":"text"},{"name":"concepts","nullable":true,"type":"text"},{"name":"files_read","nullable":true,"type":"text"},{"name":"files_modified","nullable":true,"type":"text"},{"name":"prompt_number","nullable":true,"type":"integer"},{"default":{"integer":0},"name":"discovery_tokens","nullable":true,"type":"integer"},{"name":"created_at","type":"timestamp"},{"name":"created_at_epoch","type":"bigint"},{"name":"identity_key","nullable":true,"type":"text"}],"indexes":[{"parts":[{"column":"project"},{"column":"identity_key"}]},{"parts":[{"column":"project"},{"column":"created_at_epoch","descending":true}]},{"parts":[{"column":"memory_session_id"}]},{"parts":[{"column":"type"}]}],"name":"memory_observations","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"memory_session_id","type":"text"},{"name":"project","type":"text"},{"name":"request","nullable":true,"type":"text"},{"name":"investigated","nullable":true,"type":"text"},{"name":"learned","nullable":true,"type":"text"},{"name":"completed","nullable":true,"type":"text"},{"name":"next_steps","nullable":true,"type":"text"},{"name":"created_at","type":"timestamp"},{"name":"created_at_epoch","type":"bigint"}],"indexes":[{"parts":[{"column":"project"},{"column":"created_at_epoch","descending":true}]},{"parts":[{"column":"memory_session_id"}]}],"name":"memory_summaries","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"session_id","type":"text"},{"name":"source_identity","nullable":true,"type":"text"},{"name":"computer","type":"text"},{"name":"agent","type":"text"},{"default":{"text":""},"name":"project","type":"text"},{"default":{"text":""},"name":"title","type":"text"},{"name":"timestamp_start","nullable":true,"type":"timestamp"},{"name":"timestamp_end","nullable":true,"type":"timestamp"},{"default":{"text":""},"name":"conversation_text","type":"text"},{"default":{"integer":0},"name":"message_count","type":"integer"},{"default":{"json":"{}"},"name":"metadata","nullable":true,"type":"json"},{"name":"created_at","type":"timestamp"},{"name":"updated_at","type":"timestamp"}],"indexes":[{"parts":[{"column":"agent"}]},{"parts":[{"column":"project"}]},{"parts":[{"column":"source_identity"}],"unique":true},{"parts":[{"column":"timestamp_start","descending":true}]}],"name":"mirrors","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"name":"source_identity","type":"text"},{"name":"agent","type":"text"},{"name":"transcript_path","type":"text"},{"name":"file_size","type":"bigint"},{"name":"file_mtime","type":"timestamp"},{"name":"created_at","type":"timestamp"}],"name":"mirror_tombstones","primary_key":{"columns":["source_identity"]}}},{"create_table":{"columns":[{"name":"agent","type":"text"},{"default":{"boolean":true},"name":"available","nullable":true,"type":"boolean"},{"name":"unavailable_until","nullable":true,"type":"timestamp"},{"name":"degraded_until","nullable":true,"type":"timestamp"},{"name":"reason","nullable":true,"type":"text"}],"name":"agent_availability","primary_key":{"columns":["agent"]}}},{"create_table":{"columns":[{"name":"id","type":"text"},{"name":"service_name","nullable":true,"type":"text"},{"default":{"text":""},"name":"voice","nullable":true,"type":"text"},{"default":{"function":"now"},"name":"assigned_at","nullable":true,"type":"timestamp"}],"indexes":[{"parts":[{"column":"assigned_at"}]}],"name":"voice_assignments","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"name":"key","type":"text"},{"name":"value","type":"text"},{"default":{"function":"now"},"name":"updated_at","nullable":true,"type":"timestamp"}],"name":"system_settings","primary_key":{"columns":["key"]}}}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0002-session-owners
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
ALTER TABLE "sessions" ADD COLUMN "owner_person" TEXT;
ALTER TABLE "sessions" ADD COLUMN "owner_uid" INTEGER;
CREATE INDEX "sessions_owner_person_last_activity_session_id_idx" ON "sessions" ("owner_person", "last_activity", "session_id");
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0002-session-owners', '1ade9d13c565717a08ff3c37c56120ed', '[{"alter_table":"sessions","changes":[{"add_column":{"name":"owner_person","nullable":true,"type":"text"}},{"add_column":{"name":"owner_uid","nullable":true,"type":"bigint"}},{"add_index":{"parts":[{"column":"owner_person"},{"column":"last_activity"},{"column":"session_id"}]}}]}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0003-audit-log
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE TABLE "audit_head" (
    "id" INTEGER PRIMARY KEY NOT NULL,
    "seq" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    CONSTRAINT "audit_head_id_check" CHECK (id = 1)
) STRICT;
CREATE TABLE "audit_log" (
    "seq" INTEGER PRIMARY KEY NOT NULL,
    "at" TEXT NOT NULL,
    "person" TEXT,
    "uid" INTEGER NOT NULL,
    "role" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "session_id" TEXT,
    "owner_person" TEXT,
    "owner_uid" INTEGER,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "caller_session" TEXT,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    CONSTRAINT "audit_log_outcome_check" CHECK ("outcome" IN ('allowed', 'refused', 'failed')),
    CONSTRAINT "audit_log_previous_hash_check" CHECK (length(previous_hash) = 64),
    CONSTRAINT "audit_log_hash_check" CHECK (length(hash) = 64)
) STRICT;
CREATE INDEX "audit_log_session_id_seq_idx" ON "audit_log" ("session_id", "seq");
CREATE INDEX "audit_log_person_seq_idx" ON "audit_log" ("person", "seq");
CREATE INDEX "audit_log_owner_person_seq_idx" ON "audit_log" ("owner_person", "seq");
CREATE INDEX "audit_log_action_seq_idx" ON "audit_log" ("action", "seq");
CREATE INDEX "audit_log_at_idx" ON "audit_log" ("at");
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TRIGGER audit_log_append BEFORE INSERT ON audit_log
WHEN NOT EXISTS (SELECT 1 FROM audit_head WHERE id = 1 AND NEW.seq = seq + 1 AND NEW.previous_hash = hash)
BEGIN
    SELECT RAISE(ABORT, 'audit_log: a row goes to the end of the chain only');
END;
CREATE TRIGGER audit_log_advance AFTER INSERT ON audit_log
BEGIN
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;
END;
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'audit_log: a row is never changed');
END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'audit_log: a row is never removed');
END;
CREATE TRIGGER audit_head_no_insert BEFORE INSERT ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'audit_head: there is one head');
END;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
WHEN NOT (NEW.id IS OLD.id AND (
    NEW.seq IS OLD.seq AND NEW.hash IS OLD.hash
    OR NEW.seq = OLD.seq + 1 AND EXISTS (
        SELECT 1 FROM audit_log l
        WHERE l.seq = NEW.seq AND l.previous_hash = OLD.hash AND l.hash = NEW.hash)))
BEGIN
    SELECT RAISE(ABORT, 'audit_head: the head follows the log');
END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'audit_head: the head stays');
END;
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0003-audit-log', 'fc4e33f912bb517865e8888b44c208d8', '[{"create_table":{"checks":[{"expression":"id = 1"}],"columns":[{"name":"id","type":"bigint"},{"name":"seq","type":"bigint"},{"name":"hash","type":"text"}],"name":"audit_head","primary_key":{"columns":["id"]}}},{"create_table":{"checks":[{"expression":"\"outcome\" in (''allowed'', ''refused'', ''failed'')"},{"expression":"length(previous_hash) = 64"},{"expression":"length(hash) = 64"}],"columns":[{"name":"seq","type":"bigint"},{"name":"at","type":"timestamp"},{"name":"person","nullable":true,"type":"text"},{"name":"uid","type":"bigint"},{"name":"role","type":"text"},{"name":"action","type":"text"},{"name":"session_id","nullable":true,"type":"text"},{"name":"owner_person","nullable":true,"type":"text"},{"name":"owner_uid","nullable":true,"type":"bigint"},{"name":"outcome","type":"text"},{"name":"reason","nullable":true,"type":"text"},{"name":"caller_session","nullable":true,"type":"text"},{"name":"previous_hash","type":"text"},{"name":"hash","type":"text"}],"indexes":[{"parts":[{"column":"session_id"},{"column":"seq"}]},{"parts":[{"column":"person"},{"column":"seq"}]},{"parts":[{"column":"owner_person"},{"column":"seq"}]},{"parts":[{"column":"action"},{"column":"seq"}]},{"parts":[{"column":"at"}]}],"name":"audit_log","primary_key":{"columns":["seq"]}}},{"run":{"undo":{"script":"delete from audit_head where seq = 0"},"up":"insert into audit_head (id, seq, hash) values (1, 0, ''0000000000000000000000000000000000000000000000000000000000000000'')"}},{"run":{"undo":{"script":{"postgresql":"drop trigger audit_head_keep on audit_head; drop trigger audit_head_refuse on audit_head; drop trigger audit_head_forward on audit_head; drop trigger audit_log_keep on audit_log; drop trigger audit_log_refuse on audit_log; drop trigger audit_log_advance on audit_log; drop function audit_refuse(); drop function audit_head_forward(); drop function audit_log_advance()","sqlite":"drop trigger audit_head_no_delete; drop trigger audit_head_forward; drop trigger audit_head_no_insert; drop trigger audit_log_no_delete; drop trigger audit_log_no_update; drop trigger audit_log_advance; drop trigger audit_log_append"}},"up":{"postgresql":"create or replace function audit_log_advance() returns trigger language plpgsql security definer as $$\nBEGIN\n    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash\n    WHERE id = 1 AND NEW.seq = seq + 1 AND NEW.previous_hash = hash;\n    IF NOT FOUND THEN\n        RAISE EXCEPTION ''audit_log: a row goes to the end of the chain only'' USING ERRCODE = ''check_violation'';\n    END IF;\n    RETURN NULL;\nEND $$; create or replace function audit_head_forward() returns trigger language plpgsql as $$\nBEGIN\n    IF NEW.id = OLD.id AND (\n        NEW.seq = OLD.seq AND NEW.hash = OLD.hash\n        OR NEW.seq = OLD.seq + 1 AND EXISTS (\n            SELECT FROM audit_log l\n            WHERE l.seq = NEW.seq AND l.previous_hash = OLD.hash AND l.hash = NEW.hash))\n    THEN\n        RETURN NEW;\n    END IF;\n    RAISE EXCEPTION ''audit_head: the head follows the log'' USING ERRCODE = ''check_violation'';\nEND $$; create or replace function audit_refuse() returns trigger language plpgsql as $$\nBEGIN\n    RAISE EXCEPTION ''%: % is refused, the log only grows'', TG_TABLE_NAME, TG_OP USING ERRCODE = ''check_violation'';\nEND $$; do $$\nDECLARE\n    name text;\nBEGIN\n    FOREACH name IN ARRAY ARRAY[''audit_log_advance'', ''audit_head_forward'', ''audit_refuse''] LOOP\n        EXECUTE format(''ALTER FUNCTION %I() SET search_path = pg_catalog, %I, pg_temp'', name, current_schema());\n        EXECUTE format(''REVOKE ALL ON FUNCTION %I() FROM PUBLIC'', name);\n    END LOOP;\nEND $$; create trigger audit_log_advance after insert on audit_log for each row execute function audit_log_advance(); create trigger audit_log_refuse before update or delete on audit_log for each row execute function audit_refuse(); create trigger audit_log_keep before truncate on audit_log for each statement execute function audit_refuse(); create trigger audit_head_forward before update on audit_head for each row execute function audit_head_forward(); create trigger audit_head_refuse before insert or delete on audit_head for each row execute function audit_refuse(); create trigger audit_head_keep before truncate on audit_head for each statement execute function audit_refuse(); alter table audit_log enable always trigger audit_log_advance; alter table audit_log enable always trigger audit_log_refuse; alter table audit_log enable always trigger audit_log_keep; alter table audit_head enable always trigger audit_head_forward; alter table audit_head enable always trigger audit_head_refuse; alter table audit_head enable always trigger audit_head_keep","sqlite":"create trigger audit_log_append before insert on audit_log when not exists (select 1 from audit_head where id = 1 and new.seq = seq + 1 and new.previous_hash = hash) begin select raise(abort, ''audit_log: a row goes to the end of the chain only''); end; create trigger audit_log_advance after insert on audit_log begin update audit_head set seq = new.seq, hash = new.hash where id = 1; end; create trigger audit_log_no_update before update on audit_log begin select raise(abort, ''audit_log: a row is never changed''); end; create trigger audit_log_no_delete before delete on audit_log begin select raise(abort, ''audit_log: a row is never removed''); end; create trigger audit_head_no_insert before insert on audit_head begin select raise(abort, ''audit_head: there is one head''); end; create trigger audit_head_forward before update on audit_head when not (new.id is old.id and (new.seq is old.seq and new.hash is old.hash or new.seq = old.seq + 1 and exists (select 1 from audit_log l where l.seq = new.seq and l.previous_hash = old.hash and l.hash = new.hash))) begin select raise(abort, ''audit_head: the head follows the log''); end; create trigger audit_head_no_delete before delete on audit_head begin select raise(abort, ''audit_head: the head stays''); end"}}}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0004-daemon-lease
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE TABLE "daemon_lease" (
    "id" INTEGER PRIMARY KEY NOT NULL,
    "epoch" INTEGER NOT NULL,
    "holder" TEXT,
    "taken_at" TEXT,
    CONSTRAINT "daemon_lease_id_check" CHECK (id = 1)
) STRICT;
INSERT INTO daemon_lease (id, epoch) VALUES (1, 0);
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0004-daemon-lease', 'dc566d2a22a37a6cff44cbd9be90813d', '[{"create_table":{"checks":[{"expression":"id = 1"}],"columns":[{"name":"id","type":"bigint"},{"name":"epoch","type":"bigint"},{"name":"holder","nullable":true,"type":"text"},{"name":"taken_at","nullable":true,"type":"timestamp"}],"name":"daemon_lease","primary_key":{"columns":["id"]}}},{"run":{"undo":{"script":"delete from daemon_lease"},"up":"insert into daemon_lease (id, epoch) values (1, 0)"}}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0005-session-pages
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE INDEX "sessions_visibility_last_activity_session_id_idx" ON "sessions" ("visibility", "last_activity", "session_id");
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0005-session-pages', '78beb8e74b3fcf9b4e825c3f975c35b1', '[{"alter_table":"sessions","changes":[{"add_index":{"parts":[{"column":"visibility"},{"column":"last_activity"},{"column":"session_id"}]}}]}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0006-events
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE TABLE "notifications" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "event_type" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "source" TEXT NOT NULL,
    "level" INTEGER NOT NULL,
    "domain" TEXT NOT NULL DEFAULT '',
    "visibility" TEXT NOT NULL DEFAULT 'local',
    "entity" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "payload" TEXT NOT NULL DEFAULT '{}' CHECK (json_valid("payload")),
    "idempotency_key" TEXT,
    "human_status" TEXT NOT NULL DEFAULT 'unseen',
    "agent_status" TEXT NOT NULL DEFAULT 'none',
    "agent_id" TEXT,
    "resolution" TEXT CHECK ("resolution" IS NULL OR json_valid("resolution")),
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "seen_at" TEXT,
    "claimed_at" TEXT,
    "resolved_at" TEXT,
    CONSTRAINT "notifications_idempotency_key_key" UNIQUE ("idempotency_key")
) STRICT;
CREATE INDEX "notifications_event_type_idx" ON "notifications" ("event_type");
CREATE INDEX "notifications_level_idx" ON "notifications" ("level");
CREATE INDEX "notifications_domain_idx" ON "notifications" ("domain");
CREATE INDEX "notifications_human_status_idx" ON "notifications" ("human_status");
CREATE INDEX "notifications_agent_status_idx" ON "notifications" ("agent_status");
CREATE INDEX "notifications_visibility_idx" ON "notifications" ("visibility");
CREATE INDEX "notifications_created_at_idx" ON "notifications" ("created_at" DESC);
CREATE TABLE "quarantined_events" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "event_type" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "received_at" TEXT NOT NULL,
    "envelope_json" TEXT NOT NULL CHECK (json_valid("envelope_json")),
    "trust_flags" TEXT NOT NULL DEFAULT '[]' CHECK (json_valid("trust_flags")),
    "reviewed" INTEGER NOT NULL DEFAULT 0 CHECK ("reviewed" IN (0, 1))
) STRICT;
CREATE INDEX "quarantined_events_reviewed_received_at_idx" ON "quarantined_events" ("reviewed", "received_at" DESC);
CREATE TABLE "correlation_windows" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "event_type" TEXT NOT NULL,
    "entity" TEXT,
    "window_start" TEXT NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX "correlation_windows_event_type_entity_window_start_idx" ON "correlation_windows" ("event_type", "entity", "window_start");
CREATE TABLE "signal_clusters" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "cluster_key" TEXT NOT NULL,
    "tags" TEXT CHECK ("tags" IS NULL OR json_valid("tags")),
    "is_burst" INTEGER NOT NULL DEFAULT 0 CHECK ("is_burst" IN (0, 1)),
    "is_novel" INTEGER NOT NULL DEFAULT 0 CHECK ("is_novel" IN (0, 1)),
    "summary" TEXT,
    "member_count" INTEGER NOT NULL DEFAULT 0,
    "formed_at" TEXT NOT NULL,
    CONSTRAINT "signal_clusters_cluster_key_key" UNIQUE ("cluster_key")
) STRICT;
CREATE INDEX "signal_clusters_formed_at_idx" ON "signal_clusters" ("formed_at" DESC);
CREATE TABLE "signal_items" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "idempotency_key" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "item_url" TEXT NOT NULL,
    "raw_title" TEXT,
    "summary" TEXT,
    "tags" TEXT CHECK ("tags" IS NULL OR json_valid("tags")),
    "embedding" TEXT CHECK ("embedding" IS NULL OR json_valid("embedding")),
    "fetched_at" TEXT NOT NULL,
    "cluster_id" INTEGER,
    CONSTRAINT "signal_items_idempotency_key_key" UNIQUE ("idempotency_key"),
    CONSTRAINT "signal_items_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "signal_clusters" ("id")
) STRICT;
CREATE INDEX "signal_items_cluster_id_idx" ON "signal_items" ("cluster_id");
CREATE INDEX "signal_items_fetched_at_idx" ON "signal_items" ("fetched_at" DESC);
CREATE TABLE "signal_syntheses" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "cluster_id" INTEGER NOT NULL,
    "artifact" TEXT NOT NULL CHECK (json_valid("artifact")),
    "produced_at" TEXT NOT NULL,
    CONSTRAINT "signal_syntheses_cluster_id_fkey" FOREIGN KEY ("cluster_id") REFERENCES "signal_clusters" ("id")
) STRICT;
CREATE INDEX "signal_syntheses_cluster_id_idx" ON "signal_syntheses" ("cluster_id");
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0006-events', '76700ac0a1affc4de1b302cc88d4b52c', '[{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"event_type","type":"text"},{"default":{"integer":1},"name":"version","type":"integer"},{"name":"source","type":"text"},{"name":"level","type":"integer"},{"default":{"text":""},"name":"domain","type":"text"},{"default":{"text":"local"},"name":"visibility","type":"text"},{"name":"entity","nullable":true,"type":"text"},{"default":{"text":""},"name":"description","type":"text"},{"default":{"json":"{}"},"name":"payload","type":"json"},{"name":"idempotency_key","nullable":true,"type":"text"},{"default":{"text":"unseen"},"name":"human_status","type":"text"},{"default":{"text":"none"},"name":"agent_status","type":"text"},{"name":"agent_id","nullable":true,"type":"text"},{"name":"resolution","nullable":true,"type":"json"},{"name":"created_at","type":"timestamp"},{"name":"updated_at","type":"timestamp"},{"name":"seen_at","nullable":true,"type":"timestamp"},{"name":"claimed_at","nullable":true,"type":"timestamp"},{"name":"resolved_at","nullable":true,"type":"timestamp"}],"indexes":[{"parts":[{"column":"event_type"}]},{"parts":[{"column":"level"}]},{"parts":[{"column":"domain"}]},{"parts":[{"column":"human_status"}]},{"parts":[{"column":"agent_status"}]},{"parts":[{"column":"visibility"}]},{"parts":[{"column":"created_at","descending":true}]}],"name":"notifications","primary_key":{"columns":["id"]},"uniques":[{"columns":["idempotency_key"]}]}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"event_type","type":"text"},{"name":"source","type":"text"},{"name":"received_at","type":"timestamp"},{"name":"envelope_json","type":"json"},{"default":{"json":"[]"},"name":"trust_flags","type":"json"},{"default":{"boolean":false},"name":"reviewed","type":"boolean"}],"indexes":[{"parts":[{"column":"reviewed"},{"column":"received_at","descending":true}]}],"name":"quarantined_events","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"event_type","type":"text"},{"name":"entity","nullable":true,"type":"text"},{"name":"window_start","type":"timestamp"},{"default":{"integer":1},"name":"count","type":"integer"}],"indexes":[{"parts":[{"column":"event_type"},{"column":"entity"},{"column":"window_start"}]}],"name":"correlation_windows","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"cluster_key","type":"text"},{"name":"tags","nullable":true,"type":"json"},{"default":{"boolean":false},"name":"is_burst","type":"boolean"},{"default":{"boolean":false},"name":"is_novel","type":"boolean"},{"name":"summary","nullable":true,"type":"text"},{"default":{"integer":0},"name":"member_count","type":"integer"},{"name":"formed_at","type":"timestamp"}],"indexes":[{"parts":[{"column":"formed_at","descending":true}]}],"name":"signal_clusters","primary_key":{"columns":["id"]},"uniques":[{"columns":["cluster_key"]}]}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"idempotency_key","type":"text"},{"name":"source_id","type":"text"},{"name":"item_url","type":"text"},{"name":"raw_title","nullable":true,"type":"text"},{"name":"summary","nullable":true,"type":"text"},{"name":"tags","nullable":true,"type":"json"},{"name":"embedding","nullable":true,"type":"json"},{"name":"fetched_at","type":"timestamp"},{"name":"cluster_id","nullable":true,"type":"bigint"}],"foreign_keys":[{"columns":["cluster_id"],"parent":"signal_clusters","parent_columns":["id"]}],"indexes":[{"parts":[{"column":"cluster_id"}]},{"parts":[{"column":"fetched_at","descending":true}]}],"name":"signal_items","primary_key":{"columns":["id"]},"uniques":[{"columns":["idempotency_key"]}]}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"cluster_id","type":"bigint"},{"name":"artifact","type":"json"},{"name":"produced_at","type":"timestamp"}],"foreign_keys":[{"columns":["cluster_id"],"parent":"signal_clusters","parent_columns":["id"]}],"indexes":[{"parts":[{"column":"cluster_id"}]}],"name":"signal_syntheses","primary_key":{"columns":["id"]}}}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0007-search
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE VIRTUAL TABLE memory_observations_fts USING fts5(
    title, subtitle, narrative, facts, concepts, content='memory_observations', content_rowid='id');
CREATE TRIGGER memory_obs_ai AFTER INSERT ON memory_observations
BEGIN
    INSERT INTO memory_observations_fts (rowid, title, subtitle, narrative, facts, concepts)
    VALUES (NEW.id, NEW.title, NEW.subtitle, NEW.narrative, NEW.facts, NEW.concepts);
END;
CREATE TRIGGER memory_obs_ad AFTER DELETE ON memory_observations
BEGIN
    INSERT INTO memory_observations_fts (
        memory_observations_fts, rowid, title, subtitle, narrative, facts, concepts)
    VALUES ('delete', OLD.id, OLD.title, OLD.subtitle, OLD.narrative, OLD.facts, OLD.concepts);
END;
CREATE TRIGGER memory_obs_au AFTER UPDATE ON memory_observations
BEGIN
    INSERT INTO memory_observations_fts (
        memory_observations_fts, rowid, title, subtitle, narrative, facts, concepts)
    VALUES ('delete', OLD.id, OLD.title, OLD.subtitle, OLD.narrative, OLD.facts, OLD.concepts);
    INSERT INTO memory_observations_fts (rowid, title, subtitle, narrative, facts, concepts)
    VALUES (NEW.id, NEW.title, NEW.subtitle, NEW.narrative, NEW.facts, NEW.concepts);
END;
CREATE VIRTUAL TABLE mirrors_fts USING fts5(
    title, conversation_text, content='mirrors', content_rowid='id');
CREATE TRIGGER mirrors_ai AFTER INSERT ON mirrors
BEGIN
    INSERT INTO mirrors_fts (rowid, title, conversation_text)
    VALUES (NEW.id, NEW.title, NEW.conversation_text);
END;
CREATE TRIGGER mirrors_ad AFTER DELETE ON mirrors
BEGIN
    INSERT INTO mirrors_fts (mirrors_fts, rowid, title, conversation_text)
    VALUES ('delete', OLD.id, OLD.title, OLD.conversation_text);
END;
CREATE TRIGGER mirrors_au AFTER UPDATE ON mirrors
BEGIN
    INSERT INTO mirrors_fts (mirrors_fts, rowid, title, conversation_text)
    VALUES ('delete', OLD.id, OLD.title, OLD.conversation_text);
    INSERT INTO mirrors_fts (rowid, title, conversation_text)
    VALUES (NEW.id, NEW.title, NEW.conversation_text);
END;
INSERT INTO memory_observations_fts (memory_observations_fts) VALUES ('rebuild');
INSERT INTO mirrors_fts (mirrors_fts) VALUES ('rebuild');
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0007-search', '7efb24e6a6a7cbff6897f1d3a504fd1a', '[{"run":{"undo":{"script":{"postgresql":"drop index mirrors_search; drop index memory_observations_search; drop function search_words(text)","sqlite":"drop trigger mirrors_au; drop trigger mirrors_ad; drop trigger mirrors_ai; drop table mirrors_fts; drop trigger memory_obs_au; drop trigger memory_obs_ad; drop trigger memory_obs_ai; drop table memory_observations_fts"}},"up":{"postgresql":"create or replace function search_words(text) returns text[] language sql immutable strict parallel safe cost 1000 set search_path = pg_catalog as $$\n    SELECT ARRAY(\n        SELECT left(word, 200)\n        FROM unnest(string_to_array(lower(regexp_replace(\n            regexp_replace(normalize($1, NFD), ''[\\u0300-\\u036f]+'', '''', ''g''),\n            ''[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00a9\\u00ab-\\u00b1\\u00b4\\u00b6-\\u00b8\\u00bb\\u00bf\\u00d7\\u00f7''\n                || ''\\u02c2-\\u02c5\\u02d2-\\u02df\\u0375\\u037e\\u0384\\u0385\\u0387\\u03f6\\u0482\\u055a-\\u055f\\u0589-\\u058f''\n                || ''\\u05be\\u05c0\\u05c3\\u05c6\\u05f3-\\u060f\\u061b-\\u061f\\u066a-\\u066d\\u06d4\\u0964\\u0965\\u0970\\u0e3f''\n                || ''\\u0e4f\\u0e5a\\u0e5b\\u2000-\\u206f\\u207a-\\u207e\\u208a-\\u208e\\u20a0-\\u20c0\\u2190-\\u244a\\u249c-\\u24e9''\n                || ''\\u2500-\\u2775\\u2794-\\u2bff\\u2e00-\\u2e2e\\u2e30-\\u3004\\u3008-\\u3020\\u3030\\u303d-\\u303f\\u309b\\u309c''\n                || ''\\u30a0\\u30fb\\ufd3e-\\ufd4f\\ufe00-\\ufe6b\\ufeff-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65''\n                || ''\\uffe0-\\ufffd\\U0001f000-\\U0001f0f5\\U0001f10d-\\U0001fbca]+'',\n            '' '', ''g'')), '' '')) AS word\n        WHERE word <> '''')\n$$; do $$\nBEGIN\n    PERFORM search_words(''words are taken apart in UTF-8 only'');\nEND $$; create index memory_observations_search on memory_observations using gin (search_words(coalesce(title, '''') || '' '' || coalesce(subtitle, '''') || '' '' || coalesce(narrative, '''') || '' '' || coalesce(facts, '''') || '' '' || coalesce(concepts, ''''))); create index mirrors_search on mirrors using gin (search_words(coalesce(title, '''') || '' '' || coalesce(conversation_text, '''')))","sqlite":"create virtual table memory_observations_fts using fts5(title, subtitle, narrative, facts, concepts, content=''memory_observations'', content_rowid=''id''); create trigger memory_obs_ai after insert on memory_observations begin insert into memory_observations_fts (rowid, title, subtitle, narrative, facts, concepts) values (new.id, new.title, new.subtitle, new.narrative, new.facts, new.concepts); end; create trigger memory_obs_ad after delete on memory_observations begin insert into memory_observations_fts (memory_observations_fts, rowid, title, subtitle, narrative, facts, concepts) values (''delete'', old.id, old.title, old.subtitle, old.narrative, old.facts, old.concepts); end; create trigger memory_obs_au after update on memory_observations begin insert into memory_observations_fts (memory_observations_fts, rowid, title, subtitle, narrative, facts, concepts) values (''delete'', old.id, old.title, old.subtitle, old.narrative, old.facts, old.concepts); insert into memory_observations_fts (rowid, title, subtitle, narrative, facts, concepts) values (new.id, new.title, new.subtitle, new.narrative, new.facts, new.concepts); end; create virtual table mirrors_fts using fts5(title, conversation_text, content=''mirrors'', content_rowid=''id''); create trigger mirrors_ai after insert on mirrors begin insert into mirrors_fts (rowid, title, conversation_text) values (new.id, new.title, new.conversation_text); end; create trigger mirrors_ad after delete on mirrors begin insert into mirrors_fts (mirrors_fts, rowid, title, conversation_text) values (''delete'', old.id, old.title, old.conversation_text); end; create trigger mirrors_au after update on mirrors begin insert into mirrors_fts (mirrors_fts, rowid, title, conversation_text) values (''delete'', old.id, old.title, old.conversation_text); insert into mirrors_fts (rowid, title, conversation_text) values (new.id, new.title, new.conversation_text); end; insert into memory_observations_fts (memory_observations_fts) values (''rebuild''); insert into mirrors_fts (mirrors_fts) values (''rebuild'')"}}}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0008-imports
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE TABLE "imports" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "source" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "made_at" TEXT NOT NULL,
    "owner_person" TEXT NOT NULL,
    "owner_uid" INTEGER NOT NULL
) STRICT;
CREATE TABLE "import_quarantine" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "source_table" TEXT NOT NULL,
    "row_key" TEXT NOT NULL,
    "column_name" TEXT,
    "reason" TEXT NOT NULL,
    "record" TEXT NOT NULL
) STRICT;
CREATE INDEX "import_quarantine_source_table_idx" ON "import_quarantine" ("source_table");
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0008-imports', '573fe643280482851724c8634452d6e9', '[{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"source","type":"text"},{"name":"fingerprint","type":"text"},{"name":"made_at","type":"timestamp"},{"name":"owner_person","type":"text"},{"name":"owner_uid","type":"bigint"}],"name":"imports","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"source_table","type":"text"},{"name":"row_key","type":"text"},{"name":"column_name","nullable":true,"type":"text"},{"name":"reason","type":"text"},{"name":"record","type":"text"}],"indexes":[{"parts":[{"column":"source_table"}]}],"name":"import_quarantine","primary_key":{"columns":["id"]}}}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0009-retention
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE INDEX "mirrors_session_id_idx" ON "mirrors" ("session_id");
CREATE INDEX "hook_outbox_session_id_idx" ON "hook_outbox" ("session_id");
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0009-retention', '9180a2efa541e354597f75d7ab6e0ca7', '[{"alter_table":"mirrors","changes":[{"add_index":{"parts":[{"column":"session_id"}]}}]},{"alter_table":"hook_outbox","changes":[{"add_index":{"parts":[{"column":"session_id"}]}}]}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0010-transcript-search
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE TABLE "transcript_passages" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "session_id" TEXT NOT NULL,
    "said_at" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    CONSTRAINT "transcript_passages_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions" ("session_id") ON DELETE CASCADE
) STRICT;
CREATE INDEX "transcript_passages_session_id_id_idx" ON "transcript_passages" ("session_id", "id");
CREATE TABLE "transcript_readings" (
    "session_id" TEXT PRIMARY KEY NOT NULL,
    "read_to" INTEGER NOT NULL,
    "clock" TEXT NOT NULL,
    "parser" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "passages" INTEGER NOT NULL,
    "open_passage" INTEGER,
    CONSTRAINT "transcript_readings_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions" ("session_id") ON DELETE CASCADE
) STRICT;
CREATE VIRTUAL TABLE transcript_passages_fts USING fts5(
    body, scope, content='transcript_passages', content_rowid='id');
CREATE TRIGGER transcript_passages_ai AFTER INSERT ON transcript_passages
BEGIN
    INSERT INTO transcript_passages_fts (rowid, body, scope) VALUES (NEW.id, NEW.body, NEW.scope);
END;
CREATE TRIGGER transcript_passages_ad AFTER DELETE ON transcript_passages
BEGIN
    INSERT INTO transcript_passages_fts (transcript_passages_fts, rowid, body, scope)
    VALUES ('delete', OLD.id, OLD.body, OLD.scope);
END;
CREATE TRIGGER transcript_passages_au AFTER UPDATE ON transcript_passages
BEGIN
    INSERT INTO transcript_passages_fts (transcript_passages_fts, rowid, body, scope)
    VALUES ('delete', OLD.id, OLD.body, OLD.scope);
    INSERT INTO transcript_passages_fts (rowid, body, scope) VALUES (NEW.id, NEW.body, NEW.scope);
END;
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0010-transcript-search', 'b8ee95e97806ebb9a142c83a0d41d164', '[{"create_table":{"columns":[{"identity":true,"name":"id","type":"bigint"},{"name":"session_id","type":"text"},{"name":"said_at","type":"timestamp"},{"name":"scope","type":"text"},{"name":"body","type":"text"}],"foreign_keys":[{"columns":["session_id"],"on_delete":"CASCADE","parent":"sessions","parent_columns":["session_id"]}],"indexes":[{"parts":[{"column":"session_id"},{"column":"id"}]}],"name":"transcript_passages","primary_key":{"columns":["id"]}}},{"create_table":{"columns":[{"name":"session_id","type":"text"},{"name":"read_to","type":"bigint"},{"name":"clock","type":"timestamp"},{"name":"parser","type":"text"},{"name":"scope","type":"text"},{"name":"passages","type":"bigint"},{"name":"open_passage","nullable":true,"type":"bigint"}],"foreign_keys":[{"columns":["session_id"],"on_delete":"CASCADE","parent":"sessions","parent_columns":["session_id"]}],"name":"transcript_readings","primary_key":{"columns":["session_id"]}}},{"run":{"undo":{"script":{"postgresql":"drop index transcript_passages_search","sqlite":"drop trigger transcript_passages_au; drop trigger transcript_passages_ad; drop trigger transcript_passages_ai; drop table transcript_passages_fts"}},"up":{"postgresql":"create index transcript_passages_search on transcript_passages using gin ((search_words(coalesce(body, '''')) || string_to_array(scope, '' '')))","sqlite":"create virtual table transcript_passages_fts using fts5(body, scope, content=''transcript_passages'', content_rowid=''id''); create trigger transcript_passages_ai after insert on transcript_passages begin insert into transcript_passages_fts (rowid, body, scope) values (new.id, new.body, new.scope); end; create trigger transcript_passages_ad after delete on transcript_passages begin insert into transcript_passages_fts (transcript_passages_fts, rowid, body, scope) values (''delete'', old.id, old.body, old.scope); end; create trigger transcript_passages_au after update on transcript_passages begin insert into transcript_passages_fts (transcript_passages_fts, rowid, body, scope) values (''delete'', old.id, old.body, old.scope); insert into transcript_passages_fts (rowid, body, scope) values (new.id, new.body, new.scope); end"}}}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;

-- up 0011-project-pages
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
CREATE INDEX "sessions_project_path_last_activity_session_id_idx" ON "sessions" ("project_path", "last_activity", "session_id");
INSERT INTO tc_migrations (position, id, checksum, operations, duration_ms, applied_by, version) SELECT coalesce(max(position), 0) + 1, '0011-project-pages', '4fee586b00b9eda8effdbbf1f8006a55', '[{"alter_table":"sessions","changes":[{"add_index":{"parts":[{"column":"project_path"},{"column":"last_activity"},{"column":"session_id"}]}}]}]', 0, 'script', '0.1.0' FROM tc_migrations;
COMMIT;
PRAGMA foreign_keys = ON;
