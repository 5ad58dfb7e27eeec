"""What one durable commit costs: a row of an audit log, by itself, on a database beside the one that serves."""

import re
import sqlite3
import subprocess
import time

COLUMNS = "seq, at, person, uid, role, action, session_id, owner_person, owner_uid, outcome, reason, previous_hash, hash"


def _values(seq):
    """The triggers hold each row to the one before."""
    previous = f"{seq - 1:064}"
    return (
        f"{seq}, '2026-01-01T00:00:00.000000Z', 'games', 5, 'admin', 'read_transcript', 'b1946ac9-2492-4d23-47c6-235b4d261118', "
        f"'daemon', 1, 'allowed', 'bench', '{previous}', '{seq:064}'"
    )


def sqlite(migrate, path):
    """A function that makes so many commits and returns their seconds."""
    subprocess.run([migrate, "up", "--database", f"sqlite:{path}"], check=True, stdout=subprocess.DEVNULL)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    seq = 0

    def commit(count):
        nonlocal seq
        times = []
        for _ in range(count):
            seq += 1
            begin = time.perf_counter()
            connection.execute(f"INSERT INTO audit_log ({COLUMNS}) VALUES ({_values(seq)})")
            times.append(time.perf_counter() - begin)
        return times

    return commit


def postgresql(migrate, server, database):
    """The same; psql tells what each took."""
    subprocess.run([migrate, "up", "--database", server.fresh(database)], check=True, stdout=subprocess.DEVNULL)
    seq = 0

    def commit(count):
        nonlocal seq
        script = ["\\timing on"]
        for _ in range(count):
            seq += 1
            script.append(f"INSERT INTO audit_log ({COLUMNS}) VALUES ({_values(seq)});")
        command = server.psql(database, "-f", "-")
        ended = subprocess.run(command, input="\n".join(script), check=True, stdout=subprocess.PIPE, text=True)
        return [float(text) / 1_000 for text in re.findall(r"^Time: ([0-9.]+) ms", ended.stdout, re.MULTILINE)]

    return commit
