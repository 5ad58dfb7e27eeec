#!/bin/bash
# The package teleclaude where systemd runs: run as root on a machine that is thrown away afterwards, by `ci/soak packages`.
#
#   booted.sh PACKAGES
# PACKAGES holds what ci/package made of revisions 1 and 2. Each line says what was seen; what is not as it should be ends the story.
set -uo pipefail

packages="$1"
unit=teleclauded.service

fail() { printf 'FAILED: %s\n' "$*"; journalctl --no-pager -n 40 -u teleclauded.service -u teleclauded.socket; cat /tmp/dpkg; exit 1; }
seen() { printf 'seen: %s\n' "$*"; }
must() { "$@" || fail "$* (exit $?)"; } # COMMAND…
dpkg_() { dpkg "$@" >/tmp/dpkg 2>&1; }
as_alice() { setpriv --reuid alice --regid alice --clear-groups env HOME=/home/alice "$@"; }
main_pid() { systemctl show -P MainPID "$unit"; }

must useradd --create-home --shell /bin/bash alice
must dpkg_ -i "$packages"/*-1_*.deb
must telec system status
for each in teleclauded.service teleclauded.socket; do must systemctl is-active --quiet "$each"; done
printf 'people:\n  - {name: Alice, os_username: alice}\n' >>/etc/teleclaude/config.yml
must systemctl restart "$unit"
session="$(as_alice telec sessions start --title story -- sleep 1000)" || fail "no session starts: $session"
seen "installed: the service runs"

before="$(main_pid)"
: >/tmp/refused
(for _ in {1..60}; do telec whoami >/dev/null 2>>/tmp/refused || echo refused >>/tmp/refused; done) &
must dpkg_ -i "$packages"/*-2_*.deb
wait
[[ ! -s /tmp/refused ]] || fail "over an upgrade: $(cat /tmp/refused)"
for _ in {1..100}; do [[ "$(main_pid)" != 0 && "$(main_pid)" != "$before" ]] && break; sleep 0.1; done
[[ "$(readlink "/proc/$(main_pid)/exe")" == /usr/bin/teleclauded ]] || fail "the old program goes on: $(readlink "/proc/$(main_pid)/exe")"
as_alice telec sessions list --json | grep -q "$session" || fail "the session is forgotten"
seen "upgraded: the new program serves, none of sixty calls was refused, and the session is there"

must systemctl disable --now teleclauded.socket "$unit"
must dpkg_ -i "$packages"/teleclaude_*-2_*.deb
for each in teleclauded.service teleclauded.socket; do
  systemctl is-enabled --quiet "$each" && fail "an upgrade enables $each again"
  systemctl is-active --quiet "$each" && fail "an upgrade starts $each"
done
must systemctl enable --now teleclauded.socket "$unit"
must telec system status
seen "disabled and stopped: an upgrade leaves it so"

cp /etc/systemd/system/"$unit" /tmp/unit
echo '# mine' >>/etc/systemd/system/"$unit"
dpkg_ -r teleclaude && fail "a unit that somebody has changed is taken away"
grep -q "/etc/systemd/system/$unit" /tmp/dpkg || fail "dpkg does not say what is in the way"
cat /tmp/unit >/etc/systemd/system/"$unit"
must telec system status
must systemctl is-active --quiet "$unit"
seen "a unit that somebody has changed is named, and stays"

must dpkg_ -r teleclaude
systemctl is-active --quiet teleclauded.socket && fail "the socket is still there"
[[ ! -e /etc/systemd/system/$unit && -e /var/lib/teleclaude/teleclaude.db ]] || fail "remove: $(ls /var/lib/teleclaude)"
must dpkg_ -i "$packages"/teleclaude_*-2_*.deb
as_alice telec sessions list --json | grep -q "$session" || fail "the session is forgotten"
must dpkg_ -P teleclaude
seen "removed and installed again with its data, and purged"

for package in "$packages"/*-1_*.deb; do must dpkg-deb --extract "$package" /tmp/unpacked; done
must /tmp/unpacked/usr/bin/telec system install >/dev/null
[[ -e /usr/local/bin/teleclauded ]] || fail "there is no installation without a package"
must dpkg_ -i "$packages"/teleclaude_*-2_*.deb
[[ ! -e /usr/local/bin/teleclauded && ! -e /usr/local/bin/telec ]] || fail "the copies in /usr/local/bin are still there"
must /usr/bin/telec whoami >/dev/null
[[ "$(readlink "/proc/$(main_pid)/exe")" == /usr/bin/teleclauded ]] || fail "the copy goes on: $(readlink "/proc/$(main_pid)/exe")"
must telec system status
seen "an installation without a package is taken over"

must dpkg_ -P teleclaude
for path in /etc/teleclaude /var/lib/teleclaude /var/log/teleclaude /usr/local/share/teleclaude "/etc/systemd/system/$unit"; do
  [[ ! -e $path ]] || fail "$path is still there"
done
getent passwd teleclaude && fail "the user is still there"
systemctl is-active --quiet teleclauded.socket && fail "the socket is still there"
seen "purged: nothing is left"
echo "the whole story was seen"
