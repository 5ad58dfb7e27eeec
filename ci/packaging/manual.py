#!/usr/bin/env python3
"""Writes a program's man page, in mdoc(7), from its own help.

    manual.py PROGRAM DATE        DATE as 2026-11-27; the page goes to standard output

The help is asked for as a document (--experimental-dump-help of swift-argument-parser), so that page and help can't differ.
"""

import json
import re
import subprocess
import sys

ENVIRONMENT = {
    "tc-migrate": [("TC_DATABASE_URL", "The database where no --database names one.")],
}


def verbatim(line: str) -> str:
    """A line that begins with a dot or a quote would be an order to the formatter."""
    line = line.replace("\\", "\\e")
    return "\\&" + line if line[:1] in (".", "'") else line


def text(prose: str) -> str:
    """Running text; the formatter knows a sentence's end by the line's."""
    return "\n".join(verbatim(sentence) for sentence in re.split(r"(?<=[.?!]) +(?=[A-Z])", prose))


def word(argument: str) -> str:
    """One argument of a macro, whatever it holds."""
    return '"' + argument.replace("\\", "\\e").replace('"', '""') + '"'


def paragraphs(prose: str) -> list[str]:
    lines = []
    for paragraph in prose.split("\n\n"):
        lines += [".Pp"] + [text(line.strip()) for line in paragraph.splitlines()]
    return lines[1:]


def parts(discussion: str) -> tuple[str, list[str], str]:
    """Prose, the examples' lines, and what is said of exit codes."""
    prose, _, rest = discussion.partition("EXAMPLES:\n")
    examples, _, after = rest.partition("\n\n")
    found = re.search(r"Exit codes: .*", prose + "\n\n" + after, re.S)
    codes = found.group(0).strip() if found else ""
    prose = "\n\n".join(part.replace(codes, "").strip() for part in (prose, after) if part)
    return prose.strip(), [line.strip() for line in examples.splitlines() if line.strip()], codes


def flag_names(argument: dict) -> str:
    """`Fl q , \\-quiet`, as mdoc has it."""
    names = sorted(argument["names"], key=lambda name: len(name["name"]))
    return " , ".join(f"Fl {'' if name['kind'] == 'short' else chr(92) + '-'}{name['name']}" for name in names)


def described(argument: dict) -> list[str]:
    value = argument.get("valueName", "")
    if argument["kind"] == "positional":
        head = f".It Ar {word(value)}"
    elif argument["kind"] == "option":
        head = f".It {flag_names(argument)} Ar {word(value)}"
    else:
        head = f".It {flag_names(argument)}"
    notes = []
    if argument.get("allValues"):
        notes.append("One of " + ", ".join(argument["allValues"]) + ".")
    if argument.get("defaultValue"):
        notes.append(f"Default: {argument['defaultValue']}.")
    return [head] + [text(line) for line in [argument.get("abstract", ""), *notes] if line]


def synopsis(names: str, command: dict) -> list[str]:
    shown = [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]
    positional = [argument for argument in shown if argument["kind"] == "positional"]
    lines = [f".Nm {names}"]
    if any(argument["kind"] != "positional" for argument in shown):
        lines.append(".Op Ar options")
    for argument in positional:
        name = word(argument["valueName"]) + (" ..." if argument["isRepeating"] else "")
        lines.append(f".Op Ar {name}" if argument["isOptional"] else f".Ar {name}")
    return lines


def arguments(command: dict, seen: set[str]) -> list[str]:
    """Its arguments as a list. What every command has (--help, --version) is described once, with the program."""
    shown = [a for a in command.get("arguments", []) if a["shouldDisplay"] and a.get("valueName") not in seen]
    if not shown:
        return []
    return [".Bl -tag -width Ds"] + [line for argument in shown for line in described(argument)] + [".El"]


def leaves(command: dict, above: str = "") -> list[tuple[str, dict]]:
    """Every command that does something, with the words that call it."""
    found = []
    for child in command.get("subcommands", []):
        if child["commandName"] == "help" or not child.get("shouldDisplay", True):
            continue
        names = f"{above} {child['commandName']}".strip()
        below = leaves(child, names)
        if not below or any(a["kind"] == "positional" for a in child.get("arguments", [])):
            found.append((names, child))
        found += below
    return found


def page(program: str, date: str, root: dict) -> list[str]:
    commands = leaves(root)
    prose, examples, codes = parts(root.get("discussion", ""))
    lines = [f".Dd {date}", f".Dt {program.upper()} 1", ".Os", ".Sh NAME", f".Nm {program}"]
    lines += [f".Nd {text(root['abstract'].rstrip('.'))}", ".Sh SYNOPSIS"]
    for names, command in commands or [("", root)]:
        usage = synopsis(program, command)
        lines += [usage[0]] + ([f".Cm {names}"] if names else []) + usage[1:]
    lines += [".Sh DESCRIPTION"] + paragraphs(prose)
    lines += arguments(root, set())
    seen = {argument.get("valueName") for argument in root.get("arguments", [])} if commands else set()
    if commands:
        lines += [".Sh COMMANDS"]
    for names, command in commands:
        lines += [f".Ss {names}", text(command["abstract"])]
        own, own_examples, own_codes = parts(command.get("discussion", ""))
        if own:
            lines += [".Pp"] + paragraphs(own)
        lines += arguments(command, seen)
        if own_codes:
            lines += [".Pp", text(own_codes)]
        if own_examples:
            lines += [".Pp", "Examples:"] + literal(own_examples)
    if program in ENVIRONMENT:
        lines += [".Sh ENVIRONMENT", ".Bl -tag -width Ds"]
        for name, meaning in ENVIRONMENT[program]:
            lines += [f".It Ev {name}", text(meaning)]
        lines += [".El"]
    if codes:
        lines += [".Sh EXIT STATUS", text(codes.removeprefix("Exit codes: "))]
    if examples:
        lines += [".Sh EXAMPLES"] + literal(examples)
    return lines


def literal(lines: list[str]) -> list[str]:
    return [".Bd -literal -offset indent"] + [verbatim(line) for line in lines] + [".Ed"]


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 64
    program, date = sys.argv[1:]
    dump = subprocess.run([program, "--experimental-dump-help"], capture_output=True, text=True, check=True)
    root = json.loads(dump.stdout)["command"]
    print("\n".join(page(root["commandName"], date, root)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
