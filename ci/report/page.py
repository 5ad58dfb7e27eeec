#!/usr/bin/env python3
"""Makes the page of `telec report` and looks at it in a headless Chromium, as a screen reader, a phone and a dark desktop do.

Chromium is spoken to through two pipes (--remote-debugging-pipe): no port, no library. What is compared is the accessible tree and what
the browser measures, never pixels; pictures are written for people.
"""
import argparse, base64, json, os, signal, sqlite3, subprocess, sys, time

HOSTILE = ["<script>document.title='taken'</script>", "\"><img src=x onerror=\"document.title='taken'\">", "\u202egnp.exe",
           "W" * 90, "日本語の名前" * 12, "</bdi></td></table></svg><h2>taken</h2>", "Ann"]


def fail(what):
    sys.exit(f"ci/report/page.py: {what}")


def require(is_so, what):
    if not is_so:
        fail(what)


class Browser:
    """One Chromium, and one tab of it."""

    def __init__(self, program, folder):
        to_child, to_browser = os.pipe()
        from_browser, from_child = os.pipe()

        def arrange():
            # High numbers first: either may be 3 or 4 already.
            reading, writing = os.dup2(to_child, 103), os.dup2(from_child, 104)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        arguments = [program, "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
                     f"--user-data-dir={folder}", "--force-renderer-accessibility"]
        if os.geteuid() == 0:
            # Its own sandbox is not for root; the page is what this script has made.
            arguments.append("--no-sandbox")
        self.log = open(f"{folder}.log", "wb")
        self.process = subprocess.Popen(arguments, preexec_fn=arrange, close_fds=False, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        os.close(to_child)
        os.close(from_child)
        self.output, self.input = os.fdopen(to_browser, "wb", 0), os.fdopen(from_browser, "rb", 0)
        self.rest, self.number, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility", "Audits"]:
            self.call(f"{domain}.enable")

    def message(self):
        while b"\0" not in self.rest:
            piece = self.input.read(1 << 20)
            require(piece, f"Chromium went away: see {self.log.name}")
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.output.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                require("error" not in answer, f"{method}: {answer.get('error')}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.message())

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        require("exceptionDetails" not in answer, f"{expression}: {answer}")
        return answer["result"].get("value")

    def show(self, path, width, height, scheme, scale=2):
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=f"file://{path}")
        self.wait("Page.loadEventFired")

    def picture(self, path, whole=True):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def tree(self):
        """Role and name of all that assistive technology is told of."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored")]

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def make_page(programs, folder):
    """A daemon of its own with sessions of people whose names nobody should have; returns the page's path and its document."""
    home, database = f"{folder}/home", f"{folder}/teleclaude.db"
    os.mkdir(home, 0o700)
    environment = {**os.environ, "HOME": home, "TELECLAUDE_SOCKET": f"{folder}/d.sock", "TELECLAUDE_DATABASE_URL": f"sqlite:{database}"}
    for name in [name for name in environment if name.startswith("XDG_")]:
        del environment[name]
    log = open(f"{folder}/daemon.log", "wb")
    daemon = subprocess.Popen([f"{programs}/teleclauded"], env=environment, stdout=log, stderr=log)
    try:
        telec = lambda *words: subprocess.run([f"{programs}/telec", *words], env=environment, capture_output=True, text=True)
        deadline = time.monotonic() + 30
        while telec("whoami").returncode != 0:
            require(daemon.poll() is None and time.monotonic() < deadline, f"the daemon did not come up: see {log.name}")
            time.sleep(0.1)
        fill(database)
        path = f"{folder}/report.html"
        made = telec("report", "--html", path, "--verify", "--json")
        require(made.returncode == 0, f"telec report: {made.stderr}")
        return path, json.loads(made.stdout)
    finally:
        daemon.send_signal(signal.SIGTERM)
        require(daemon.wait(30) == 0, f"the daemon did not end: see {log.name}")
        log.close()


def fill(database):
    connection = sqlite3.connect(database, timeout=30)
    with connection:
        for day in range(30):
            moment = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - 86_400 * day))
            for number in range((day * 7) % 13 + 1):
                name = HOSTILE[(day + number) % len(HOSTILE)]
                connection.execute(
                    "INSERT INTO sessions (session_id, computer_name, title, project_path, active_agent, owner_person, owner_uid,"
                    " lifecycle_status, created_at, last_activity, closed_at) VALUES (?, 'here', 'secret-title', '/secret-place', ?, ?,"
                    " 5000, 'closed', ?, ?, ?)", (f"{day}-{number}", name, name, moment, moment, moment))
    connection.close()


def check(browser, path, document, width, scheme):
    where = f"{width} px, {scheme}"
    browser.show(path, width, 800, scheme)
    tree = browser.tree()
    roles = lambda role: [name for found, name in tree if found == role]
    # The whole page is there for who hears it.
    require(roles("RootWebArea") == [f"Report on {document['computer']}"], f"{where}: the title is {roles('RootWebArea')}")
    require(roles("heading") == [f"Report on {document['computer']}", "Sessions", "Owners", "Activity", "Audit log",
                                 "Verification of the log", "Storage"], f"{where}: headings {roles('heading')}")
    tables = roles("table")
    require(tables == [f"All sessions by state: {document['sessions']['all']}", "Sessions by agent", "Sessions by owner",
                       "Audit entries by person", "Audit entries by action"], f"{where}: tables {tables}")
    pictures = roles("image") + roles("img")
    require(len(pictures) == 3 and all(" in all; most on 2" in name for name in pictures), f"{where}: pictures {pictures}")
    require(roles("figure") == ["Sessions started per day", "Sessions ended per day", "Audit entries per day"],
            f"{where}: figures {roles('figure')}")
    # The table behind each plot opens without a script, and has a row a day and one of titles.
    require(browser.evaluate("document.querySelectorAll('details').length") == 3, f"{where}: not every plot has its table")
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    opened = browser.tree()
    require(len([1 for role, _ in opened if role == "table"]) == len(tables) + 3, f"{where}: a plot's table is not heard")
    days = [name for role, name in opened if role == "rowheader" and name.startswith("20")]
    require(len(days) == 3 * len(document["activity"]), f"{where}: {len(days)} days are heard")
    # Nothing scrolls sideways, opened or not.
    beyond = browser.evaluate("[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > " + str(width + 1) + ")"
                              ".map(one => one.tagName + '.' + one.className + ' ' + one.textContent.slice(0, 40)).join('; ')")
    require(not beyond, f"{where}: beyond the edge: {beyond}")
    wide = browser.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth].join(' ')").split()
    require(int(wide[0]) <= int(wide[1]), f"{where}: {wide[0]} px wide on a screen of {wide[1]}")
    # Numbers and days stay on one line each, narrow as it may be.
    tall = browser.evaluate("[...document.querySelectorAll('td.number')].filter(one => { const range = document.createRange();"
                            " range.selectNodeContents(one); return range.getBoundingClientRect().height > 30 })"
                            ".map(one => one.textContent).join('; ')")
    require(not tall, f"{where}: broken into lines: {tall}")
    # Names are names.
    require(browser.evaluate("document.querySelectorAll('script, img, iframe, link, a').length") == 0, f"{where}: markup got in")
    require(browser.evaluate("[...document.querySelectorAll('bdi')].some(one => one.textContent.startsWith('<script>'))"),
            f"{where}: a name is not shown as it is")
    require("secret-" not in browser.evaluate("document.documentElement.outerHTML"), f"{where}: a title or a place is on the page")
    # The style sheet is let in, nothing else is asked for, and nothing is complained about.
    require(browser.evaluate("getComputedStyle(document.querySelector('.columns')).height") == "146px"
            or float(browser.evaluate("getComputedStyle(document.querySelector('.columns')).height")[:-2]) > 100, f"{where}: no style")
    asked = [event["params"]["request"]["url"] for event in browser.events if event.get("method") == "Network.requestWillBeSent"]
    require(asked == [f"file://{path}"], f"{where}: it loads {asked}")
    said = [event for event in browser.events if event.get("method") in ("Log.entryAdded", "Audits.issueAdded", "Runtime.exceptionThrown")]
    require(not said, f"{where}: the browser says {json.dumps(said)[:800]}")
    contrast(browser, where, scheme)


def contrast(browser, where, scheme):
    """Text and columns against what is behind them, by WCAG 2's formula; and dark is dark."""
    colours = browser.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.querySelector('.columns rect')).fill]"
                               ".join('|')").split("|")
    number = lambda text: [int(part) for part in text[text.index("(") + 1:-1].split(",")[:3]]
    # The page has no background of its own: the browser's canvas is what color-scheme makes of it.
    canvas = [255, 255, 255] if scheme == "light" else [18, 18, 18]

    def luminance(colour):
        parts = [part / 255 for part in colour]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def ratio(a, b):
        lighter, darker = sorted([luminance(a), luminance(b)], reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    text, column = number(colours[0]), number(colours[1])
    require(ratio(text, canvas) >= 7, f"{where}: text {text}")
    require(ratio(column, canvas) >= 4.5, f"{where}: columns {column}")


def main():
    parser = argparse.ArgumentParser()
    for name in ["programs", "folder", "chromium"]:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--pictures", help="a folder for screenshots")
    options = parser.parse_args()
    path, document = make_page(options.programs, options.folder)
    browser = Browser(options.chromium, f"{options.folder}/chromium")
    try:
        for width in [320, 360, 1280]:
            for scheme in ["light", "dark"]:
                check(browser, path, document, width, scheme)
                print(f"{width} px, {scheme}: seen")
                if options.pictures:
                    browser.show(path, width, 800, scheme)
                    os.makedirs(options.pictures, exist_ok=True)
                    browser.picture(f"{options.pictures}/report-{width}-{scheme}.png")
    finally:
        browser.end()


if __name__ == "__main__":
    main()
