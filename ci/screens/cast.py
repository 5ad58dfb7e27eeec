"""Frames as an asciicast of version 2: https://docs.asciinema.org/manual/asciicast/v2/ . Times are those of the story, not of the machine."""
import json

from window import COLUMNS, ROWS


class Cast:
    def __init__(self):
        self.time, self.before, self.events = 0.0, None, []

    def add(self, frame, seconds):
        """Shows what differs from the frame before, and waits."""
        self.mark_change(frame)
        self.time += seconds

    def mark_change(self, frame):
        old = self.before.lines if self.before else [None] * ROWS
        changed = [number for number in range(ROWS) if frame.lines[number] != old[number]]
        if self.before is None:
            out = "\x1b[0m\x1b[2J"
        elif not changed and frame.cursor == self.before.cursor:
            return
        else:
            out = "\x1b[?25l"
        for number in changed:
            out += f"\x1b[{number + 1};1H\x1b[0m\x1b[2K{frame.lines[number]}"
        x, y, is_shown = frame.cursor
        out += f"\x1b[0m\x1b[{y + 1};{x + 1}H" + ("\x1b[?25h" if is_shown else "\x1b[?25l")
        self.events.append([round(self.time, 2), "o", out])
        self.before = frame

    def chapter(self, title):
        """What a player stops at, and can jump to."""
        self.events.append([round(self.time, 2), "m", title])

    def end(self):
        """The last frame stays for a while, and the terminal is as one wants it."""
        self.time += 2
        self.events.append([round(self.time, 2), "o", "\x1b[0m\x1b[?25h\r\n"])

    def write(self, path, title):
        head = {"version": 2, "width": COLUMNS, "height": ROWS, "title": title, "env": {"TERM": "xterm-256color"}}
        with open(path, "w", encoding="utf-8") as file:
            for line in [head, *self.events]:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
