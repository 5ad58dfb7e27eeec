-- Gives both roles the passwords of their files, at every start: a file that changes is a password that changes. The server writes
-- none of it to its log.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET password_encryption = 'scram-sha-256';
\set migrator `cat /run/secrets/migrator_password`
\set app `cat /run/secrets/app_password`
ALTER ROLE teleclaude_migrator PASSWORD :'migrator';
ALTER ROLE teleclaude_app PASSWORD :'app';
