"""Runs programs and says what they cost."""

import os
import selectors
import subprocess
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one or several processes that ran at once have used."""

    seconds: float
    cpu_seconds: float
    # Linux counts the pages of the process that started it too, if those were more: this script's some 15 MB.
    peak_bytes: int


@dataclass(frozen=True)
class Ended:
    """What a program wrote."""

    out: str
    err: str


class ProgramFailed(Exception):
    """A program ended with an exit code that is not expected of it."""


def run(*commands, allowed=(0,), environment=None):
    """Runs the commands at the same time; returns the cost and what each wrote, once all have ended."""
    start = time.perf_counter()
    processes = [
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )
        for command in commands
    ]
    ended, cpu, peak, failures = [], 0.0, 0, []
    for command, process in zip(commands, processes):
        out, err, status, usage = _wait(process)
        ended.append(Ended(out, err))
        cpu += usage.ru_utime + usage.ru_stime
        peak += usage.ru_maxrss * 1024
        if status not in allowed:
            failures.append(f"{command[0]} ended with {status}: {err.strip()[-2000:] or out.strip()[-2000:]}")
    if failures:
        raise ProgramFailed("; ".join(failures))
    return Cost(time.perf_counter() - start, cpu, peak), ended


def _wait(process):
    """Reads both pipes to their ends, and waits with `wait4`, which tells what this one process has used."""
    texts = {process.stdout: [], process.stderr: []}
    with selectors.DefaultSelector() as selector:
        for pipe in texts:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                chunk = os.read(key.fd, 65536)
                if chunk:
                    texts[key.fileobj].append(chunk)
                else:
                    selector.unregister(key.fileobj)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    out, err = (b"".join(parts).decode(errors="replace") for parts in texts.values())
    process.stdout.close()
    process.stderr.close()
    return out, err, process.returncode, usage
