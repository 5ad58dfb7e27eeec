#!/bin/bash
# Run by story.sh where the service is installed: an existing install, which systemd starts as its own unit, moves to PostgreSQL and
# back again.
#
#   move.sh HOME.tar.gz
set -uo pipefail

old=teleclaude.service
home=/home/alex

fail() { printf 'FAILED: %s\n' "$*"; systemctl --no-pager status teleclauded.service "$old"; exit 1; }
seen() { printf 'seen: %s\n' "$*"; }
must() { "$@" || fail "$* (exit $?)"; } # COMMAND…
as_alex() { setpriv --reuid alex --regid alex --clear-groups env HOME="$home" "$@"; }
is_as_it_was() { (cd "$home" && sha256sum --quiet --check /tmp/originals) || fail "an original was changed"; }

must useradd --shell /bin/bash --home-dir "$home" alex
must tar --no-same-owner -xzf "$1" -C /tmp
must mv /tmp/home "$home"
must chown -R alex:alex "$home"
(cd "$home" && find . -type f -exec sha256sum {} + > /tmp/originals)

printf '%s\n' '[Service]' 'User=alex' "ExecStart=/usr/bin/flock --nonblock $home/teleclaude/teleclaude.pid sleep infinity" \
  '[Install]' 'WantedBy=multi-user.target' > "/etc/systemd/system/$old"
must systemctl daemon-reload
must systemctl enable --quiet --now "$old"
must su postgres -c 'createdb --owner teleclaude moved'
must su postgres -c "psql -qc 'GRANT ALL ON SCHEMA public TO teleclaude' moved"
sed -i '/^people:/,$d' /etc/teleclaude/config.yml
cp /etc/teleclaude/config.yml /tmp/config-before
in_database() { su postgres -c "psql -Atq $1" <<< "$2"; } # NAME SQL
migrate=(telec system migrate --from "$home" --owner "Alex Smith" --quiet --database)
migrate+=(postgresql:///moved)
"${migrate[@]}" > /tmp/move 2>&1 && fail "the old daemon's lock was overlooked"
grep -q 'the existing daemon runs' /tmp/move || fail "the lock: $(cat /tmp/move)"
seen "while the old daemon runs, nothing is done"

must systemctl stop "$old"
there_and_back() { # DATABASE OWNER TABLES-AFTERWARDS
  local database="$1" owner="$2" left="$3"
  migrate[-1]="postgresql:///$database"
  "${migrate[@]}" > /tmp/move 2>&1 || fail "migrate: $(cat /tmp/move)"
  grep -q 'right: teleclauded --check' /tmp/move || fail "no check: $(cat /tmp/move)"
  for each in teleclauded.service teleclauded.socket; do must systemctl is-active --quiet "$each"; done
  systemctl is-enabled --quiet "$old" && fail "the old unit is still enabled"
  as_alex telec sessions list --json --limit 500 | grep -q 'changed only in the WAL' || fail "alex does not see his sessions"
  [[ "$(stat -c '%U %a' "$home/.teleclaude/config.yml")" == "alex 600" ]] || fail "alex has no preferences"
  [[ "$(in_database "$database" "SELECT tableowner FROM pg_tables WHERE tablename = 'sessions'")" == "$owner" ]] ||
    fail "the tables are not $owner's"
  is_as_it_was
  "${migrate[@]}" | grep -q '^already migrated' || fail "a second run does something"
  telec system rollback --discard-new > /tmp/back 2>&1 || fail "rollback: $(cat /tmp/back)"
  systemctl is-active --quiet teleclauded.socket && fail "the new service still runs"
  must systemctl is-enabled --quiet "$old"
  must cmp /etc/teleclaude/config.yml /tmp/config-before
  [[ ! -e $home/.teleclaude/config.yml && ! -e /etc/teleclaude/migration ]] || fail "something is left"
  [[ "$(in_database "$database" "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")" == "$left" ]] || fail "tables: not $left"
  is_as_it_was
}

there_and_back moved teleclaude 0
seen "moved to PostgreSQL as the service's own role (peer), and taken back: the database is empty"
there_and_back teleclaude teleclaude_owner "$(in_database teleclaude "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")"
[[ "$(in_database teleclaude 'SELECT count(*) FROM sessions')" == 0 ]] || fail "sessions are left"
seen "moved to a database whose roles were installed, as the tables' owner, and taken back: the tables are there, and empty"
must systemctl start "$old"
must systemctl is-active --quiet "$old"
seen "the old daemon runs on its untouched checkout"

must systemctl disable --quiet --now "$old"
rm "/etc/systemd/system/$old"
must systemctl daemon-reload
must telec system install > /dev/null
must systemctl start teleclauded.socket teleclauded.service
