"""ci/bench memory: what the client keeps in memory, and how time grows with the rows.

Rows of 50 MB must pass, a client may keep 40 MB and three times the largest row, and ten times the rows may cost at most ten and
a half times the time. Exit code 1 when one of these does not hold."""

import argparse
import sys
from statistics import median

import sample
from contestants import Engine
from server import Server

ROOM = 40_000_000
LONG_ROW = 50_000_000
# Only the longest file's row counts here: some 16 kB.
SHORT_ROW = 17_000
GROWTH = 10.5


def say(text):
    print(f"ci/bench: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/bench memory", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="of the larger database; the smaller has a tenth of its rows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--long-rows", type=int, default=6, help="how many rows of 50 MB")
    parser.add_argument("--folder", help="where databases are kept for the next time")
    for name in ("--program", "--cluster"):  # ci/bench says these.
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(options, server, path, rounds):
    """Median seconds and the most memory that a round took."""
    outcomes = []
    for _ in range(rounds):
        server.fresh("contest")
        outcomes.append(Engine(options.program, path).run(server, "contest"))
        server.drop("contest")
    return median(outcome.whole for outcome in outcomes), max(outcome.peak_bytes for outcome in outcomes)


def line(what, measured, limit, unit):
    """One line of the table, and whether the limit holds."""
    print(f"| {what} | {measured:.1f} {unit} | at most {limit:.1f} {unit} | {'yes' if measured <= limit else 'NO'} |")
    return measured <= limit


def main():
    options = arguments()
    small = sample.database(options.folder, options.scale / 10, say)
    large = sample.database(options.folder, options.scale, say)
    long = sample.long_rows(options.folder, options.long_rows, LONG_ROW, say)
    server = Server(options.cluster)
    seconds, peaks = {}, {}
    for name, path, rounds in (("small", small, options.rounds), ("large", large, options.rounds), ("long", long, 1)):
        say(f"measuring {path}")
        seconds[name], peaks[name] = measure(options, server, path, rounds)
    print("| what | measured | promised | holds |\n| --- | ---: | ---: | --- |")
    holds = [
        line("memory, many rows", peaks["large"] / 1e6, (ROOM + 3 * SHORT_ROW) / 1e6, "MB"),
        line("memory, rows of 50 MB", peaks["long"] / 1e6, (ROOM + 3 * LONG_ROW) / 1e6, "MB"),
        line("time, ten times the rows", seconds["large"] / seconds["small"], GROWTH, "times"),
    ]
    print(f"\n{seconds['small']:.2f} s and {seconds['large']:.2f} s; medians of {options.rounds} rounds.")
    sys.exit(0 if all(holds) else 1)


if __name__ == "__main__":
    main()
