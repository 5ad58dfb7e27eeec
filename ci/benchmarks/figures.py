"""Figures, what is wanted of them, and both as Markdown."""

from dataclasses import dataclass


def median(values):
    return percentile(values, 50)


def percentile(values, percent):
    """The nearest rank: a value that was measured."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def milliseconds(seconds):
    return seconds * 1_000


@dataclass(frozen=True)
class Figure:
    value: float
    unit: str
    wish: str
    holds: bool


class Figures:
    """Those of one database, by their names."""

    def __init__(self):
        self.by_name = {}

    def add(self, name, value, unit, below=None, at_most=None, at_least=None):
        wishes = [
            (f"below {_text(below)} {unit}", below is not None and value < below, below),
            (f"at most {_text(at_most)} {unit}", at_most is not None and value <= at_most, at_most),
            (f"at least {_text(at_least)} {unit}", at_least is not None and value >= at_least, at_least),
        ]
        wish, holds = next(((words.strip(), holds) for words, holds, limit in wishes if limit is not None), ("", True))
        self.by_name[name] = Figure(value, unit, wish, holds)

    @property
    def hold(self):
        return all(figure.holds for figure in self.by_name.values())

    @staticmethod
    def markdown(databases):
        """One table: a line for each figure, two columns for each database."""
        lines = ["| what |" + "".join(f" {name} | wanted |" for name in databases)]
        lines.append("| --- |" + " ---: | --- |" * len(databases))
        for name in next(iter(databases.values())).by_name:
            lines.append(f"| {name} |" + "".join(_cells(figures.by_name.get(name)) for figures in databases.values()))
        return "\n".join(lines)


def _cells(figure):
    if figure is None:
        return " | |"
    return f" {_text(figure.value)} {figure.unit}".rstrip() + f" | {figure.wish}{'' if figure.holds else ': NOT REACHED'} |"


def _text(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1_000 or value == int(value) else f"{value:.3g}" if value < 1 else f"{value:.2f}"
