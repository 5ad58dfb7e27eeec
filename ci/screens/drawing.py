"""A frame as SVG: text that stays text, so that a difference of two pictures can be read."""
import re, unicodedata
from html import escape

from window import COLUMNS, ROWS

WIDTH, HEIGHT, MARGIN = 8.4, 18, 12
INK, PAPER = "#d8dee9", "#1b1f27"
BASIC = ["#2e3440", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9",
         "#7f8794", "#ff8b94", "#b5e890", "#ffd787", "#8cc8ff", "#e19df2", "#7fe0ea", "#ffffff"]


def colour(number):
    if number < 16:
        return BASIC[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    steps, number = [0, 95, 135, 175, 215, 255], number - 16
    return "#" + "".join(f"{steps[part]:02x}" for part in (number // 36, number // 6 % 6, number % 6))


class Style:
    def __init__(self):
        self.ink, self.paper, self.flags = None, None, frozenset()

    def key(self):
        return self.ink, self.paper, self.flags

    def colours(self):
        ink, paper = self.ink or INK, self.paper
        return (paper or PAPER, ink) if "reverse" in self.flags else (ink, paper)

    def take(self, codes):
        numbers = [int(code or 0) for code in re.split("[;:]", codes)]
        switches = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse"}
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                self.__init__()
            elif number in switches:
                self.flags |= {switches[number]}
            elif number == 22:
                self.flags -= {"bold", "dim"}
            elif number in (23, 24, 27):
                self.flags -= {switches[number - 20]}
            elif number in (38, 48):
                kind, rest = numbers[0], numbers[1:]
                value = colour(rest[0]) if kind == 5 else "#" + "".join(f"{part:02x}" for part in rest[:3])
                numbers = rest[1:] if kind == 5 else rest[3:]
                self.ink, self.paper = (value, self.paper) if number == 38 else (self.ink, value)
            elif 30 <= number <= 37 or 90 <= number <= 97:
                self.ink = colour(number - 30 if number < 40 else number - 82)
            elif 40 <= number <= 47 or 100 <= number <= 107:
                self.paper = colour(number - 40 if number < 50 else number - 92)
            elif number == 39:
                self.ink = None
            elif number == 49:
                self.paper = None


def cells(letter):
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def runs(line):
    """What stands in one style, with the column at which it begins."""
    style, column, found = Style(), 0, []
    for piece in re.split(r"(\x1b\[[0-9;:]*m)", line):
        if piece.startswith("\x1b["):
            style.take(piece[2:-1])
        elif piece:
            width = sum(cells(letter) for letter in piece)
            found.append((column, width, piece, style.colours(), style.flags))
            column += width
    return found


def draw(frame, title):
    wide, tall = COLUMNS * WIDTH + 2 * MARGIN, ROWS * HEIGHT + 2 * MARGIN
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {tall:g}" role="img">', f"<title>{escape(title)}</title>",
           "<style>text{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}</style>",
           f'<rect width="{wide:g}" height="{tall:g}" rx="8" fill="{PAPER}"/>']
    for row, line in enumerate(frame.lines):
        top = MARGIN + row * HEIGHT
        for column, width, text, (ink, paper), flags in runs(line):
            left, length = MARGIN + column * WIDTH, width * WIDTH
            if paper:
                out.append(f'<rect x="{left:g}" y="{top:g}" width="{length:g}" height="{HEIGHT}" fill="{paper}"/>')
            if not text.strip():
                continue
            # An editor's spaces at both ends would be lost.
            start = len(text) - len(text.lstrip(" "))
            shown = text.strip(" ")
            left, length = left + start * WIDTH, sum(cells(letter) for letter in shown) * WIDTH
            more = "".join([' font-weight="bold"' if "bold" in flags else "", ' opacity="0.65"' if "dim" in flags else "",
                            ' text-decoration="underline"' if "underline" in flags else ""])
            out.append(f'<text x="{left:g}" y="{top + 14:g}" textLength="{length:g}" fill="{ink}"{more} xml:space="preserve">'
                       f"{escape(shown)}</text>")
    return "\n".join(out + ["</svg>", ""])
