-- For psql, and a database that holds only what the migrations declare.
\set ON_ERROR_STOP on
\encoding UTF8
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SET extra_float_digits = 1;
SET bytea_output = 'hex';
SET standard_conforming_strings = on;
SET backslash_quote = 'safe_encoding';
SET array_nulls = on;
SET transform_null_equals = off;
SET quote_all_identifiers = off;
SET xmlbinary = 'base64';
SET xmloption = 'content';
SET gin_fuzzy_search_limit = 0;
SET check_function_bodies = on;
SET row_security = off;

-- down 0011-project-pages
BEGIN;
DROP INDEX "sessions_project_path_last_activity_session_id_idx";
DELETE FROM tc_migrations WHERE id = '0011-project-pages';
COMMIT;

-- down 0010-transcript-search
BEGIN;
DROP INDEX transcript_passages_search;
DROP TABLE "transcript_readings";
DROP TABLE "transcript_passages";
DELETE FROM tc_migrations WHERE id = '0010-transcript-search';
COMMIT;

-- down 0009-retention
BEGIN;
DROP INDEX "hook_outbox_session_id_idx";
DROP INDEX "mirrors_session_id_idx";
DELETE FROM tc_migrations WHERE id = '0009-retention';
COMMIT;

-- down 0008-imports
BEGIN;
DROP TABLE "import_quarantine";
DROP TABLE "imports";
DELETE FROM tc_migrations WHERE id = '0008-imports';
COMMIT;

-- down 0007-search
BEGIN;
DROP INDEX mirrors_search;
DROP INDEX memory_observations_search;
DROP FUNCTION search_words(text);
DELETE FROM tc_migrations WHERE id = '0007-search';
COMMIT;

-- down 0006-events
BEGIN;
DROP TABLE "signal_syntheses";
DROP TABLE "signal_items";
DROP TABLE "signal_clusters";
DROP TABLE "correlation_windows";
DROP TABLE "quarantined_events";
DROP TABLE "notifications";
DELETE FROM tc_migrations WHERE id = '0006-events';
COMMIT;

-- down 0005-session-pages
BEGIN;
DROP INDEX "sessions_visibility_last_activity_session_id_idx";
DELETE FROM tc_migrations WHERE id = '0005-session-pages';
COMMIT;

-- down 0004-daemon-lease
BEGIN;
DELETE FROM daemon_lease;
DROP TABLE "daemon_lease";
DELETE FROM tc_migrations WHERE id = '0004-daemon-lease';
COMMIT;

-- down 0003-audit-log
BEGIN;
DROP TRIGGER audit_head_keep ON audit_head;
DROP TRIGGER audit_head_refuse ON audit_head;
DROP TRIGGER audit_head_forward ON audit_head;
DROP TRIGGER audit_log_keep ON audit_log;
DROP TRIGGER audit_log_refuse ON audit_log;
DROP TRIGGER audit_log_advance ON audit_log;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_head_forward();
DROP FUNCTION audit_log_advance();
DELETE FROM audit_head WHERE seq = 0;
DROP TABLE "audit_log";
DROP TABLE "audit_head";
DELETE FROM tc_migrations WHERE id = '0003-audit-log';
COMMIT;

-- down 0002-session-owners
BEGIN;
DROP INDEX "sessions_owner_person_last_activity_session_id_idx";
ALTER TABLE "sessions" DROP COLUMN "owner_uid";
ALTER TABLE "sessions" DROP COLUMN "owner_person";
DELETE FROM tc_migrations WHERE id = '0002-session-owners';
COMMIT;

-- down 0001-single-user-tables
BEGIN;
DROP TABLE "system_settings";
DROP TABLE "voice_assignments";
DROP TABLE "agent_availability";
DROP TABLE "mirror_tombstones";
DROP TABLE "mirrors";
DROP TABLE "memory_summaries";
DROP TABLE "memory_observations";
DROP TABLE "memory_manual_sessions";
DROP TABLE "operations";
DROP TABLE "webhook_outbox";
DROP TABLE "webhook_contracts";
DROP TABLE "notification_outbox";
DROP TABLE "inbound_queue";
DROP TABLE "hook_outbox";
DROP TABLE "conversation_link_members";
DROP TABLE "conversation_links";
DROP TABLE "pending_message_deletions";
DROP TABLE "session_listeners";
DROP TABLE "session_tokens";
DROP TABLE "sessions";
DELETE FROM tc_migrations WHERE id = '0001-single-user-tables';
COMMIT;
