#!/bin/bash
# Run as root on a machine where systemd runs, which is thrown away afterwards: an installation from its beginning to its end.
#
#   story.sh PROGRAMS
# PROGRAMS holds telec, teleclauded and tc-migrate. Each line says what was seen; what is not as it should be ends the story.
set -uo pipefail

programs="$1"
unit=teleclauded.service

fail() { printf 'FAILED: %s\n' "$*"; journalctl --no-pager -n 40 -u teleclauded.service -u teleclauded.socket; tail -n 20 /var/log/teleclaude/*.log; exit 1; }
seen() { printf 'seen: %s\n' "$*"; }
must() { "$@" || fail "$* (exit $?)"; } # COMMAND…
telec() { /usr/local/bin/telec "$@"; }
as_alice() { setpriv --reuid alice --regid alice --clear-groups env HOME=/home/alice "$@"; }
main_pid() { systemctl show -P MainPID "$unit"; }

must useradd --create-home --shell /bin/bash alice

must "$programs/telec" system install
must telec system status
[[ "$("$programs/telec" system install | tail -n 1)" == *"nothing to do" ]] || fail "a second run does something"
for each in teleclauded.service teleclauded.socket; do must systemctl is-active --quiet "$each"; done
seen "installed and started; a second run does nothing"

printf 'people:\n  - {name: Alice, os_username: alice}\n  - {name: Root, os_username: root, role: admin}\n' >> /etc/teleclaude/config.yml
must systemctl reload "$unit"
for _ in {1..100}; do as_alice /usr/local/bin/telec whoami > /tmp/whoami; grep -q Alice /tmp/whoami && break; sleep 0.1; done
grep -q Alice /tmp/whoami || fail "the daemon does not know who calls: $(cat /tmp/whoami)"
seen "the daemon knows who calls, in its confinement"

[[ "$(stat -c '%U:%G %a' /var/lib/teleclaude/teleclaude.db)" == "teleclaude:teleclaude 600" ]] ||
  fail "the database: $(stat -c '%n %U:%G %a' /var/lib/teleclaude/*)"
[[ "$(stat -c '%U %a' /etc/teleclaude/secrets.yml)" == "root 600" ]] || fail "secrets.yml is open"
grep -q 'mode=system' /var/log/teleclaude/teleclauded.log || fail "the log does not say the mode"
seen "mode, database and log: $(head -n 1 /var/log/teleclaude/teleclauded.log)"

session="$(as_alice /usr/local/bin/telec sessions start --title story -- sleep 1000)" || fail "no session starts: $session"
state() { as_alice /usr/local/bin/telec sessions get "$session" --json | sed -n 's/.*"status": *"\([a-z_]*\)".*/\1/p' | head -n 1; }
for _ in {1..100}; do [[ "$(state)" == active ]] && break; sleep 0.1; done
[[ "$(state)" == active ]] || fail "the session is $(state)"

before="$(main_pid)"
must kill -KILL "$before"
must telec whoami > /dev/null
for _ in {1..100}; do [[ "$(main_pid)" != 0 && "$(main_pid)" != "$before" ]] && break; sleep 0.1; done
[[ "$(systemctl show -P NRestarts "$unit")" == 1 ]] || fail "it was not started again"
seen "killed with -9, started again by itself; who connected meanwhile was answered"

refused=/tmp/refused
: > "$refused"
( for _ in {1..60}; do telec whoami > /dev/null 2>> "$refused" || echo refused >> "$refused"; done ) &
must systemctl restart "$unit"
must systemctl restart "$unit"
wait
[[ -s $refused ]] && fail "over a restart: $(cat "$refused")"
seen "two restarts, and none of sixty calls was refused"

for _ in {1..100}; do [[ "$(state)" == active ]] && break; sleep 0.1; done
[[ "$(state)" == active ]] || fail "the session did not outlive the daemon: $(state)"
pgrep -u alice sleep > /dev/null || fail "the session's command is gone"
seen "a session outlived all of them"

must systemctl stop "$unit"
systemctl is-active --quiet "$unit" && fail "it did not stop"
must telec whoami > /dev/null
must systemctl is-active --quiet "$unit"
seen "stopped, and started by the next who called"

must systemctl stop "$unit"
telec system status > /tmp/status && fail "status overlooks a service that does not run"
grep -q '^not running: ' /tmp/status || fail "status: $(cat /tmp/status)"
must "$programs/telec" system install > /dev/null
must systemctl is-active --quiet "$unit"
must telec system status > /dev/null
seen "stopped behind its socket: found, and started by an installation"

cp /etc/teleclaude/config.yml /tmp/config
printf 'database: {url: "sqlite:/nonexistent/none.db"}\n' >> /etc/teleclaude/config.yml
systemctl restart "$unit"
telec system status > /tmp/status && fail "status overlooks a service that fails at every start"
grep -q '^not running: ' /tmp/status || fail "status: $(cat /tmp/status)"
"$programs/telec" system install > /tmp/again 2>&1
[[ $? == 1 ]] || fail "install: $(cat /tmp/again)"
cat /tmp/config > /etc/teleclaude/config.yml
must "$programs/telec" system install > /dev/null
must telec system status > /dev/null
seen "a service that fails at every start: found, and started once its settings are right"

mkdir /tmp/newer && cp "$programs"/{telec,tc-migrate,teleclauded} /tmp/newer/ && printf '\n' >> /tmp/newer/teleclauded
before="$(main_pid)"
must /tmp/newer/telec system install > /tmp/upgrade
grep -q '^replace /usr/local/bin/teleclauded' /tmp/upgrade || fail "upgrade: $(cat /tmp/upgrade)"
[[ "$(main_pid)" != "$before" ]] || fail "the old program goes on"
must telec whoami > /dev/null
seen "upgraded: the new program serves"

/tmp/newer/telec system install --database postgresql:///teleclaude > /tmp/database || fail "database: $(cat /tmp/database)"
[[ "$(/tmp/newer/telec system install | tail -n 1)" == *"nothing to do" ]] || fail "a second run does something to the database"
must telec whoami > /dev/null
must telec system status
setpriv --reuid teleclaude --regid teleclaude --clear-groups psql -Atqc 'DELETE FROM audit_log' teleclaude 2> /tmp/denied &&
  fail "the daemon's role may change its audit log"
grep -q 'permission denied' /tmp/denied || fail "the audit log: $(cat /tmp/denied)"
seen "roles, database and rights are made; the daemon's own role can't change its audit log"
grep 'database=postgresql:///teleclaude' /var/log/teleclaude/teleclauded.log > /dev/null || fail "it is not on PostgreSQL"
[[ "$(su postgres -c "psql -Atqc 'SELECT count(*) FROM tc_migrations' teleclaude")" -gt 0 ]] || fail "no migration has run"
must systemctl restart postgresql
for _ in {1..100}; do telec sessions list > /dev/null 2>&1 && break; sleep 0.1; done
must telec sessions list > /dev/null
must systemctl stop "$unit" postgresql
must systemctl start --no-block postgresql "$unit"
must telec sessions list > /dev/null
[[ "$(systemctl show -P NRestarts "$unit")" == 0 ]] || fail "it was started before PostgreSQL, and failed"
seen "on PostgreSQL, as its own role: it outlives a restart of the server, and is started after it"
sed -i '/^database:/d' /etc/teleclaude/config.yml
must systemctl restart "$unit"

chmod 644 /etc/teleclaude/secrets.yml
telec system status > /tmp/status && fail "status overlooks secrets that all can read"
grep -q '^too open: /etc/teleclaude/secrets.yml' /tmp/status || fail "status: $(cat /tmp/status)"
must telec system install > /dev/null
must telec system status > /dev/null
seen "secrets that others could read: found, and put right"

must telec system uninstall > /dev/null
[[ ! -e /etc/systemd/system/teleclauded.service && -e /var/lib/teleclaude/teleclaude.db ]] || fail "uninstall: $(ls /var/lib/teleclaude)"
systemctl is-active --quiet teleclauded.socket && fail "the socket is still there"
must "$programs/telec" system install > /dev/null
as_alice /usr/local/bin/telec sessions list --json | grep -q "$session" || fail "the session is forgotten"
seen "uninstalled and installed again: the data is still there"

PATH="/usr/local/bin:$PATH" "$(dirname "$0")/move.sh" "$programs/home.tar.gz" || exit 1

must "$programs/telec" system uninstall --purge --yes > /dev/null
for path in /etc/teleclaude /var/lib/teleclaude /var/log/teleclaude /usr/local/share/teleclaude /usr/local/bin/teleclauded; do
  [[ ! -e $path ]] || fail "$path is still there"
done
getent passwd teleclaude && fail "the user is still there"
getent group teleclaude && fail "the group is still there"
seen "purged: nothing is left"
echo "the whole story was seen"
