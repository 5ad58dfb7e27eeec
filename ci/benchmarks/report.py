"""The figures as Markdown: medians by phase, and the ratios that matter, each from runs of one round."""

from statistics import median

COLUMNS = (("profile", "profile"), ("load", "load"), ("build", "indexes, keys"), ("verify", "verification"), ("analyze", "ANALYZE"))

# What is promised: a way's phase divided by another's, at most so much, with each sample where they differ.
PROMISES = (
    ("load", "tc-migrate", "load", "psql \\copy, 1 stream", 1.15),
    ("load", "tc-migrate --jobs 1", "load", "psql \\copy, 1 stream", None),
    ("load", "tc-migrate", "load", "psql \\copy, 2 streams", None),
    ("build", "tc-migrate", "build", "psql \\copy, 2 streams", None),
    ("load", "tc-migrate", "load", "DuckDB", None),
    ("whole", "tc-migrate", "whole", "DuckDB", {"thirty": 0.65, "large": 0.85}),
    ("whole", "tc-migrate --jobs 4", "whole", "DuckDB", None),
    ("whole", "tc-migrate, cold", "whole", "DuckDB, cold", None),
    ("whole", "tc-migrate", "whole", "pgloader", {"thirty": 0.25}),
)

WORDS = {"load": "load", "build": "indexes and keys", "whole": "whole"}


def markdown(document):
    parts = [_heading(document), _table(document["ways"]), _ratios(document["ways"], document["sample"]["kind"]), _remarks(document["ways"])]
    return "\n\n".join(part for part in parts if part)


def _heading(document):
    sample, server = document["sample"], dict(document["server"])
    version = server.pop("version")
    settings = ", ".join(f"{name}={value}" for name, value in server.items())
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    busy = f"; LOAD {document['load_before']:.1f} BEFORE THE START" if document["load_before"] > 0.5 else ""
    return "\n".join(
        (
            f"`{document['command']}`, {document['date']}, {document['machine']}{busy}",
            f"Sample: {sample['bytes'] / 1e6:,.0f} MB, {sample['rows']:,} rows, {sample['tables']} table{'s' if sample['tables'] > 1 else ''}. {versions}.",
            f"PostgreSQL {version}: {settings}, fsync=off, synchronous_commit=off, full_page_writes=off.",
            "Seconds, medians of the rounds; the whole is without ANALYZE, which the others leave to the server; memory and CPU are the client's.",
        )
    )


def _table(ways):
    rows = [["way", "rounds", *(title for _, title in COLUMNS), "whole", "memory", "CPU", "contents"]]
    for name, way in ways.items():
        rounds = way["rounds"]
        rows.append(
            [
                name,
                str(len(rounds)),
                *(_seconds(_median(rounds, phase)) for phase, _ in COLUMNS),
                _seconds(_median(rounds, "whole")),
                f"{median(r['peak_bytes'] for r in rounds) / 1e6:.0f} MB",
                _seconds(median(r["cpu_seconds"] for r in rounds)),
                _verdict(way["contents"]),
            ]
        )
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "| --- |" + " ---: |" * (len(rows[0]) - 2) + " --- |", *lines[1:]])


def _ratios(ways, kind):
    lines = ["| ratio | measured | promised |", "| --- | ---: | ---: |"]
    for phase, name, other_phase, other, limit in PROMISES:
        if name not in ways or other not in ways:
            continue
        ratio = _paired(ways[name]["rounds"], phase, ways[other]["rounds"], other_phase)
        limit = limit.get(kind) if isinstance(limit, dict) else limit
        promise = "" if limit is None else f"at most {limit}"
        lines.append(f"| {name} ÷ {other}: {WORDS[phase]} | {ratio} | {promise} |")
    return "\n".join(lines)


def _paired(ours, phase, theirs, other_phase):
    """The median of what one round's two runs, a minute apart, say of each other: machines have fast and slow minutes."""
    pairs = [(_value(a, phase), _value(b, other_phase)) for a, b in zip(ours, theirs)]
    if any(None in pair for pair in pairs):
        return "not told"
    ratios = sorted(a / b for a, b in pairs)
    spread = f" ({ratios[0]:.2f} to {ratios[-1]:.2f})" if len(ratios) > 1 else ""
    return f"{median(ratios):.2f}{spread}"


def _remarks(ways):
    lines = []
    for name, way in ways.items():
        contents = way["contents"]
        for key, words in (("wrong_tables", "differ"), ("missing", "missing"), ("not_compared", "can't be compared")):
            if contents[key]:
                lines.append(f"- {name}, {words}: {_some(contents[key])}")
        refused = way["rounds"][0]["refused"]
        if refused:
            lines.append(f"- {name}, statements of the DDL that the server refused: {_some(refused)}")
    return "\n".join(lines)


def _some(items):
    """The first of many, and how many there are."""
    return "; ".join(items) if len(items) <= 6 else f"{'; '.join(items[:6])}; … ({len(items)} in all)"


def _verdict(contents):
    if contents["wrong_tables"] or contents["missing"]:
        return f"WRONG ({len(contents['wrong_tables']) + len(contents['missing'])})"
    return f"equal but for {len(contents['not_compared'])} columns of other types" if contents["not_compared"] else "right"


def _median(rounds, phase):
    """`None` when the way does not have the phase."""
    values = [_value(r, phase) for r in rounds]
    return None if None in values else median(values)


def _value(round_, phase):
    return round_["whole"] if phase == "whole" else round_["phases"].get(phase)


def _seconds(value):
    return "" if value is None else f"{value:.2f}"
