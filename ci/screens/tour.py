#!/usr/bin/env python3
"""The tour's stage and its story: people at a shared machine, what they do, and what they see. `ci/tour` starts it."""
import argparse, os, pwd, signal, sqlite3, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "report"))
from cast import Cast
from drawing import draw
from page import Browser
from window import Window

HOST = "workshop"
PEOPLE = {"alice": (5201, "Alice", "member"), "bob": (5202, "Bob", "member"), "ada": (5203, "Ada", "admin")}
SERVICE = ("teleclaude", 5204)
# What a session runs: no agent, so that the tour needs neither an account nor a network.
DEPLOY = """#!/bin/sh
printf '\\033[1mDeploying shop to staging\\033[0m\\n'
for step in 'build of 41 modules' 'tests: 212 passed' 'images pushed' 'database migrated'; do
  sleep 0.2
  printf '\\033[32m  ok\\033[0m %s\\n' "$step"
done
printf 'Health check: \\033[33mwaiting\\033[0m for the payment gateway\\n'
printf 'Go on? '
read -r answer
"""


class Account:
    """Somebody at the machine; on a machine where nobody could be made, whoever runs this."""

    def __init__(self, name, uid, home, variables):
        self.name, self.uid, self.home, self.place = name, uid, home, f"{home}/shop"
        self.environment = {
            "HOME": home, "USER": name, "LOGNAME": name, "SHELL": "/bin/sh", "LANG": "C.UTF-8", "TERM": "xterm-256color",
            "TMUX_TMPDIR": home, "PS1": rf"\[\e[1;32m\]{name}@{os.uname().nodename}\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]$ ", **variables}

    def command(self, words):
        if self.uid is None:
            return words
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups", "--", *words]

    def run(self, *words):
        run = subprocess.run(self.command(list(words)), env=self.environment, cwd=self.place, capture_output=True, text=True)
        if run.returncode != 0:
            raise SystemExit(f"ci/tour: {' '.join(words)}: {run.stderr.strip()}")
        return run.stdout.strip()


def write(path, text, mode=0o644, owner=None):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    if owner is not None:
        os.chown(path, owner, owner)


def build_stage(options):
    """Accounts, homes and a host name that only the tour's processes see. Returns the daemon's account and the people."""
    def mount(*words):
        subprocess.run(["mount", *words], check=True)

    subprocess.run(["hostname", HOST], check=True)
    for folder in ["/home", "/run"]:
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", folder)
    mount("--bind", options.programs, "/usr/local/bin")
    names = {name: uid for name, (uid, _, _) in PEOPLE.items()} | dict([SERVICE])
    for file, line in [("passwd", "{0}:x:{1}:{1}::/home/{0}:/bin/sh"), ("group", "{0}:x:{1}:")]:
        kept = [one for one in open(f"/etc/{file}").read().splitlines() if one.split(":")[0] not in names]
        copy = f"{options.work}/{file}"
        write(copy, "\n".join(kept + [line.format(name, uid) for name, uid in names.items()]) + "\n")
        mount("--bind", copy, f"/etc/{file}")
    os.mkdir("/run/teleclaude")
    os.chown("/run/teleclaude", SERVICE[1], SERVICE[1])
    people = "".join(f"  - {{name: {name}, os_username: {account}, role: {role}}}\n" for account, (_, name, role) in PEOPLE.items())
    write("/run/config.yml", "mode: system\npeople:\n" + people)
    variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "TELECLAUDE_SOCKET": "/run/teleclaude/teleclaude.sock"}
    accounts = {name: Account(name, uid, f"/home/{name}", variables) for name, uid in names.items()}
    for account in accounts.values():
        for folder in [account.home, account.place]:
            os.mkdir(folder, 0o700)
            os.chown(folder, account.uid, account.uid)
        write(f"{account.place}/deploy", DEPLOY, 0o755, account.uid)
    service = accounts.pop(SERVICE[0])
    service.environment |= {"TELECLAUDE_CONFIG_PATH": "/run/config.yml", "TELECLAUDE_STATE_PATH": f"{service.home}/state",
                            "TELECLAUDE_DATABASE_URL": f"sqlite:{service.home}/teleclaude.db"}
    return service, accounts


def build_small_stage(options):
    """One user, whoever it is, and a daemon of his own."""
    home = f"{options.work}/home"
    os.makedirs(f"{home}/shop", 0o700)
    variables = {"PATH": f"{options.programs}:/usr/bin:/bin", "TELECLAUDE_SOCKET": f"{options.work}/d.sock",
                 "TELECLAUDE_DATABASE_URL": f"sqlite:{home}/teleclaude.db"}
    user = Account(pwd.getpwuid(os.geteuid()).pw_name, None, home, variables)
    write(f"{user.place}/deploy", DEPLOY, 0o755)
    return user, {user.name: user}


def start_daemon(service, work):
    log = open(f"{work}/daemon.log", "w+")
    daemon = subprocess.Popen(service.command(["teleclauded"]), env=service.environment, cwd=service.home, stdout=log, stderr=log)
    deadline = time.monotonic() + 30
    while "ready" not in open(log.name).read():
        if daemon.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"ci/tour: the daemon did not come up:\n{open(log.name).read()}")
        time.sleep(0.1)
    return daemon


def fill(database):
    """Thirty days of sessions that are over, so that lists and the report are not empty: made up, and not in the audit log."""
    titles = ["Review the cart", "Fix the flaky test", "Rename the port", "Update the docs", "Profile the search", "Draft the release"]
    agents, people = ["claude", "codex", "gemini"], list(PEOPLE.items())[:2]
    connection = sqlite3.connect(database, timeout=30)
    with connection:
        for day in range(1, 30):
            for number in range((day * 5) % 7 % 4 + 1):
                account, (uid, person, _) = people[(day + number) % 2]
                moment = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - 86_400 * day - 3_600 * number))
                project = f"/home/{account}/" + ["shop", "site", "search"][(day + number) % 3]
                connection.execute(
                    "INSERT INTO sessions (session_id, computer_name, title, project_path, active_agent, owner_person, owner_uid,"
                    " lifecycle_status, created_at, last_activity, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'closed', ?, ?, ?)",
                    (f"00000000-0000-4000-8000-{day:06}{number:06}", HOST, titles[(day * 5 + number * 3 + day // 6) % len(titles)], project,
                     agents[(day + 2 * number) % 3], person, uid, moment, moment, moment))
    connection.close()


class Tour:
    def __init__(self, accounts, folder):
        self.accounts, self.folder, self.cast = accounts, folder, Cast()
        # Whose story it is: Alice's, or that of whoever is alone.
        self.user = next(iter(accounts.values()))

    def picture(self, frame, name, title):
        write(f"{self.folder}/{name}.svg", draw(frame, title))

    def own_session(self, window):
        """A person starts a session, finds it again, and goes into it."""
        self.cast.chapter("A session of one's own")
        window.type("telec whoami")
        window.wait("uid", 1.5)
        window.type('telec sessions start --title "Deploy shop" -- ./deploy')
        listed = lambda: self.user.run("telec", "sessions", "list", "--state", "active", "--columns", "id,title").split("\n")[-1]
        until(lambda: "Deploy shop" in listed(), "the session is not listed")
        window.wait(listed().split()[0], 1.5)
        window.type("telec sessions list --state active")
        window.wait("Deploy shop  ", 2.5)
        window.type("telec transcript 'Deploy shop'")
        window.wait("Go on?", 2.5)
        until(lambda: "gateway" in self.user.run("telec", "search", "payment", "gateway"), "what was said is not found")
        window.clear()
        window.type("telec search payment gateway")
        window.wait("Health check", 3)

    def whole_terminal(self, window):
        """The same on a whole terminal: look, go in, come back."""
        self.cast.chapter("telec tui")
        window.clear()
        window.type("telec tui")
        self.picture(window.wait("live", 3), "tui-list", "telec tui: Alice's sessions by project")
        window.keys("g", "j")
        window.wait("Deploy shop", 1.5)
        window.keys("t")
        window.wait("Health check", 3)
        window.keys("q")
        window.wait("? help", 1)
        self.cast.chapter("Into the session, and back")
        window.keys("Enter")
        window.wait("[", 2)
        window.type("yes, when it answers", then=None)
        window.wait("when it answers", 2)
        window.keys("C-b", "d")
        window.wait("? help", 2)

    def admin(self, window, hers):
        """An admin sees whose sessions there are, and reads one: after the notice, with a reason."""
        self.cast.chapter("An admin: whose is it?")
        window.clear()
        window.type("telec tui")
        self.picture(window.wait("[Alice] Deploy shop", 3), "tui-admin", "telec tui: an admin sees whose a session is")
        window.keys("/")
        window.wait("search", 1)
        window.type("Deploy owner:Alice")
        window.wait("[Bob]", 2, is_shown=False)
        window.keys("g", "j")
        window.wait("Deploy shop", 1)
        self.cast.chapter("Reading somebody else's takes a reason")
        window.keys("t")
        window.wait("This is Alice's session", 3)
        window.type("incident 4711", then=None)
        self.picture(window.show(1.5), "tui-reason", "telec tui: the notice, and the reason that is asked for")
        window.keys("Enter")
        self.picture(window.wait("access logged", 4), "tui-reading", "telec tui: another's transcript, and the banner above it")
        window.keys("q")
        window.wait("? help", 1)
        self.cast.chapter("The audit log")
        window.keys("a")
        self.picture(window.wait("incident 4711", 4), "tui-audit", "telec tui: the audit log")
        window.keys("q")
        window.wait("? help", 0.5)
        # A search is put away before the program is.
        window.keys("Escape")
        window.wait("[Bob]", 1)
        window.keys("q")
        window.wait("ada@", 1)
        self.cast.chapter("telec report")
        window.clear()
        window.type("telec report | less")
        window.wait("OWNER ", 4)
        window.keys("q")
        window.wait("ada@", 0.5)
        self.cast.chapter("Who read mine?")
        hers.keys("a")
        self.picture(hers.wait("incident 4711", 4), "tui-who-read-mine", "telec tui: Alice sees who read hers, and why")
        hers.keys("q", "q")
        hers.wait("alice@", 1)
        hers.clear()
        hers.type("telec audit list")
        hers.wait("incident 4711", 4)

    def tell(self):
        alice = Window(self.user, self.cast)
        alice.wait("$", 1)
        self.own_session(alice)
        self.whole_terminal(alice)
        if "ada" in self.accounts:
            self.accounts["bob"].run("telec", "sessions", "start", "--title", "Import of prices", "--", "./deploy")
            ada = Window(self.accounts["ada"], self.cast)
            self.admin(ada, alice)
            ada.close()
        self.cast.end()
        alice.close()


def require(is_so, what):
    if not is_so:
        raise SystemExit(f"ci/tour: {what}")


def until(is_so, otherwise):
    deadline = time.monotonic() + 30
    while not is_so():
        require(time.monotonic() < deadline, otherwise)
        time.sleep(0.3)


def photograph(chromium, work, account, folder):
    """The report page as a desktop and a phone show it."""
    page = f"{account.home}/report.html"
    account.run("telec", "report", "--html", page)
    os.makedirs(f"{work}/tmp", exist_ok=True)
    browser = Browser(chromium, f"{work}/tmp/chromium")
    try:
        browser.call("Emulation.setScrollbarsHidden", hidden=True)
        for name, width, height, place in [("report-desktop", 1000, 1500, 0), ("report-phone", 390, 844, 3)]:
            browser.show(page, width, height, "light", scale=1)
            browser.evaluate(f"document.querySelectorAll('h1, h2')[{place}].scrollIntoView()")
            browser.picture(f"{folder}/{name}.png", whole=False)
    finally:
        browser.end()


def main():
    parser = argparse.ArgumentParser()
    for name in ["programs", "work", "folder", "chromium"]:
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    service, accounts = build_stage(options) if os.geteuid() == 0 else build_small_stage(options)
    daemon = start_daemon(service, options.work)
    try:
        if "ada" in accounts:
            fill(f"{service.home}/teleclaude.db")
        tour = Tour(accounts, options.folder)
        tour.tell()
        tour.cast.write(f"{options.folder}/tour.cast", "TeleClaude on a shared machine")
        photograph(options.chromium, options.work, accounts.get("ada", tour.user), options.folder)
    finally:
        for account in accounts.values():
            subprocess.run(account.command(["tmux", "-L", "stage", "kill-server"]), env=account.environment, capture_output=True)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(30)
    print(f"written to {options.folder}: {len(tour.cast.events)} events, {tour.cast.time:.0f} s")


if __name__ == "__main__":
    main()
