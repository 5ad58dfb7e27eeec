"""A terminal of the tour's: a tmux server of one account's, typed to, and looked at frame by frame.

What is recorded are the frames that tmux has drawn, never the bytes that a program has sent. So a recording can hold letters, colours
and places of the cursor alone, whatever the program under it says.
"""
import re, subprocess, time

COLUMNS, ROWS = 120, 34
# Letters with their colours: all that a frame may hold.
COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
WAIT = 30


class Frame:
    def __init__(self, lines, cursor):
        self.lines, self.cursor = lines, cursor

    def text(self):
        return "\n".join(COLOUR.sub("", line) for line in self.lines)

    def __eq__(self, other):
        return isinstance(other, Frame) and (self.lines, self.cursor) == (other.lines, other.cursor)


class Window:
    """One account's terminal. Frames go to the cast, each with the time for which a reader wants to see it."""

    def __init__(self, account, cast):
        self.account, self.cast, self.last = account, cast, None
        self.tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "exec bash --norc --noprofile -i")
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("set-option", "-g", "default-terminal", "tmux-256color")
        # Without a status line the window gets its row.
        self.tmux("resize-window", "-x", str(COLUMNS), "-y", str(ROWS))

    def tmux(self, *words):
        command = self.account.command(["tmux", "-u", "-L", "stage", "-f", "/dev/null", *words])
        run = subprocess.run(command, env=self.account.environment, cwd=self.account.place, capture_output=True, text=True)
        if run.returncode != 0:
            raise SystemExit(f"ci/tour: tmux {' '.join(words)}: {run.stderr.strip()}")
        return run.stdout

    def look(self):
        """The screen as it is now."""
        shown = self.tmux("capture-pane", "-e", "-p", ";", "display-message", "-p", "#{cursor_x} #{cursor_y} #{cursor_flag}")
        *lines, cursor = shown.split("\n")[:-1]
        lines = [re.sub(r"[\x0e\x0f]", "", line) for line in lines]
        for line in lines:
            if re.search(r"[\x00-\x1f\x7f-\x9f]", COLOUR.sub("", line)):
                raise SystemExit(f"ci/tour: a frame holds more than letters and colours: {line!r}")
        x, y, is_shown = cursor.split()
        return Frame((lines + [""] * ROWS)[:ROWS], (int(x), int(y), is_shown == "1"))

    def show(self, seconds):
        """Records the screen and lets a reader look at it for so long."""
        self.last = self.look()
        self.cast.add(self.last, seconds)
        return self.last

    def wait(self, text, seconds=1.5, is_shown=True):
        """Until this is on the screen, and the screen has come to rest."""
        deadline, before = time.monotonic() + WAIT, None
        while True:
            now = self.look()
            if (text in now.text()) == is_shown and now == before:
                return self.show(seconds)
            if time.monotonic() > deadline:
                raise SystemExit(f"ci/tour: the terminal never showed {text!r}:\n{now.text()}")
            before = now
            time.sleep(0.15)

    def type(self, text, then="Enter"):
        """As a person types: letter by letter, and a breath before Enter."""
        for letter in text:
            self.tmux("send-keys", "-l", letter if letter != ";" else "\\;")
            time.sleep(0.03)
            self.show(0.05)
        self.show(0.6)
        if then:
            self.tmux("send-keys", then)

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def clear(self):
        self.keys("C-l")
        self.wait("$", 0.3)

    def close(self):
        self.tmux("kill-server")
