import Foundation
import TestSupport
import Testing

/// Tests the faults that a waiting daemon survives, and the things that it leaves alone.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct StandbyTests {
    /// The daemon of another database answers at the socket's path. It is left alone, the lock goes to a daemon that can work, and
    /// the path is taken when it is free.
    @Test func whatCanNotBindGivesTheLockBackAndWaitsOn() async throws {
        try await withDatabase(.postgresql) { box, url in
            let taken = box.daemonVariables("sqlite:\(box("other.db"))", ["TELECLAUDE_SOCKET": "\(box.folder)/e.sock"])
            let other = try await box.startDaemon(taken)
            let pair = try TakeOver.start(box, url)
            let epoch = try pair.epoch
            pair.first.kill(SIGKILL)
            try waitUntil("it finds its place taken") {
                try pair.second.errorText().contains("a daemon answers at \(pair.secondSocket)")
            }
            #expect(try pair.epoch == epoch, "nobody was fenced off")
            let third = try await box.startDaemon(
                box.daemonVariables(url, ["TELECLAUDE_SOCKET": "\(box.folder)/f.sock"]), "--standby")
            #expect(try await other.telec("whoami").code == 0)
            #expect(try await other.stop().code == 0)
            third.process.kill(SIGKILL)
            try waitUntil("it works at last") { try pair.second.errorText().contains("ready") }
            #expect(try await box.run(.telec, ["whoami"], pair.secondVariables).code == 0)
            _ = try await third.process.finish()
            await pair.end()
        }
    }

    /// A daemon is stopped in the middle of its start, and loses its lock to another one. When it continues, it does not fence the
    /// other one off, but waits like any standby.
    @Test func whoLosesTheLockWhileStartingFencesNobodyOff() async throws {
        try await withDatabase(.postgresql) { box, url in
            let variables = box.daemonVariables(url)
            let others = box.daemonVariables(url, ["TELECLAUDE_SOCKET": "\(box.folder)/e.sock"])
            // Its end leaves the tables behind.
            #expect(try await box.startDaemon(variables).stop().code == 0)
            func wait(for count: Int) throws {
                try waitUntil("\(count) of them are in the middle of their start") {
                    try query(
                        "SELECT 1::text FROM pg_locks WHERE relation = 'daemon_lease'::regclass AND NOT granted",
                        on: url
                    ).count == count
                }
            }
            let (first, second): (RunningProgram, RunningProgram) = try withTestConnection(url) { connection in
                try connection.transaction {
                    try connection.execute("LOCK TABLE daemon_lease IN ACCESS EXCLUSIVE MODE")
                    let first = try box.start(.teleclauded, ["--standby"], variables)
                    try wait(for: 1)
                    first.suspend()
                    let second = try box.start(.teleclauded, ["--standby"], others)
                    try wait(for: 2)
                    return (first, second)
                }
            }
            try waitUntil("the second serves") { try second.errorText().contains("ready") }
            let epoch = try query("SELECT epoch::text FROM daemon_lease", on: url)
            first.kill(SIGCONT)
            try waitUntil("the first waits") { try first.errorText().contains("standby: another daemon works") }
            #expect(try query("SELECT epoch::text FROM daemon_lease", on: url) == epoch)
            let daemon = TestDaemon(box: box, process: second, variables: others)
            let made = try await daemon.asked("/sessions", "--data", #"{"title": "x", "project_path": "/"}"#)
            #expect(try query("SELECT title FROM sessions", on: url) == ["x"], "\(made)")
            for process in [first, second] {
                process.kill(SIGKILL)
                _ = try await process.finish()
            }
        }
    }

    /// Nothing of a fenced daemon's is written any more, so it ends at once, even if it has the lock, and drains nothing.
    @Test func aHigherEpochEndsADaemonThatHasTheLock() async throws {
        try await withDatabase(.postgresql) { box, url in
            let patient = ["TELECLAUDE_SERVER_DRAIN_SECONDS": "600"]
            let daemon = try await box.startDaemon(box.daemonVariables(url, patient))
            try execute("UPDATE daemon_lease SET epoch = epoch + 1", on: url)
            let run = try await daemon.process.finish(timeout: 30)
            #expect(run.code == 2 && run.error.contains("another daemon has taken over"), "\(run)")
        }
    }

    /// The queue of connections to a suspended daemon is full. The kernel accepts no more, so the daemon can't be asked who it is.
    @Test func aFullQueueOfAStoppedDaemonKeepsNobodyOut() async throws {
        try await withDatabase(.postgresql) { box, url in
            let pair = try TakeOver.start(box, url, sharingSocket: true)
            pair.first.suspend()
            let flood = """
                import socket, time
                calls = []
                try:
                    while True:
                        s = socket.socket(socket.AF_UNIX); s.setblocking(False); s.connect("\(pair.firstSocket)"); calls.append(s)
                except BlockingIOError: print("full", flush=True)
                time.sleep(60)
                """
            let process = try box.start(Program(inPath: "python3"), ["-c", flood])
            try waitUntil("the queue is full") { try process.outputText().contains("full") }
            try waitUntil("the second serves") { try pair.second.errorText().contains("ready") }
            #expect(try await box.run(.telec, ["whoami"], pair.secondVariables).code == 0)
            process.kill(SIGKILL)
            _ = try await process.finish()
            await pair.end()
        }
    }

    /// It has its epoch, and waits until its predecessor is sure to have noticed. Whoever comes next need not wait for it.
    @Test func whoIsToldToEndBeforeItServesEndsItsEpoch() async throws {
        try await withDatabase(.postgresql) { box, url in
            let pair = try TakeOver.start(box, url)
            let epoch = try pair.epoch
            pair.first.kill(SIGKILL)
            try waitUntil("the second's epoch has begun") { try pair.epoch != epoch }
            pair.second.kill(SIGTERM)
            let run = try await pair.second.finish(timeout: 30)
            #expect(run.code == 0, "\(run)")
            #expect(try query("SELECT coalesce(holder, 'nobody') FROM daemon_lease", on: url) == ["nobody"])
            #expect(!FileManager.default.fileExists(atPath: pair.secondSocket))
            await pair.end()
        }
    }

    /// `systemctl reload` reaches a daemon that waits. It goes on waiting, and reads its settings anew once it serves.
    @Test func aHangupDoesNotEndWhoWaits() async throws {
        try await withDatabase(.postgresql) { box, url in
            let pair = try TakeOver.start(box, url)
            pair.second.kill(SIGHUP)
            pair.first.kill(SIGKILL)
            func read(_ times: Int) throws {
                try waitUntil("it has read its settings anew") {
                    try pair.second.errorText().components(separatedBy: "settings were read anew").count == times + 1
                }
            }
            try read(1)
            pair.second.kill(SIGHUP)
            try read(2)
            #expect(try await box.run(.telec, ["whoami"], pair.secondVariables).code == 0)
            await pair.end()
        }
    }

    /// The disk with the recordings is mounted later than the daemon starts.
    @Test func recordingsThatAreNotThereYetAreWaitedFor() async throws {
        try await withDatabase(.postgresql) { box, url in
            let folder = "\(box.home)/.teleclaude/transcripts"
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("echo", "kept")
            try await daemon.wait(for: id, toBe: "closed")
            try waitUntil("the index has read it", seconds: 60) {
                try query("SELECT session_id FROM transcript_readings WHERE read_to > 0", on: url) == [id]
            }
            #expect(try await daemon.stop().code == 0)
            #expect(rename(folder, box("away")) == 0)
            let standby = try box.start(.teleclauded, ["--standby"], daemon.variables)
            try waitUntil("it waits for the recordings") { try standby.errorText().contains("holds no recordings") }
            #expect(!FileManager.default.fileExists(atPath: folder) && rename(box("away"), folder) == 0)
            try waitUntil("it serves") { try standby.errorText().contains("ready") }
            #expect(try await daemon.telec("transcript", id).output == "kept\n")
            standby.kill(SIGTERM)
            #expect(try await standby.finish().code == 0)
        }
    }

    /// It finds that before it begins an epoch, for whose end others would wait.
    @Test func whoCanNotMakeItsFolderFencesNobodyOff() async throws {
        try await withDatabase(.postgresql) { box, url in
            #expect(try await box.startDaemon(box.daemonVariables(url)).stop().code == 0)
            let lease = "SELECT concat_ws('|', epoch, coalesce(holder, 'nobody')) FROM daemon_lease"
            let before = try query(lease, on: url)
            let place = box("state")
            #expect(
                FileManager.default.createFile(
                    atPath: place, contents: nil, attributes: [.posixPermissions: 0o600]))
            let variables = box.daemonVariables(url, ["TELECLAUDE_STATE_PATH": place])
            let standby = try box.start(.teleclauded, ["--standby"], variables)
            try waitUntil("it waits for its folder") { try standby.errorText().contains("\(place)/transcripts") }
            #expect(try query(lease, on: url) == before)
            try FileManager.default.removeItem(atPath: place)
            try waitUntil("it serves") { try standby.errorText().contains("ready") }
            standby.kill(SIGTERM)
            #expect(try await standby.finish().code == 0)
        }
    }

    @Test func whatIsNotThereYetIsWaitedFor() async throws {
        try await withSandbox { box in
            try await OwnServer.with(in: box) { server in
                try await server.stop()
                let url = server.url.replacingOccurrences(of: "/postgres?", with: "/later?")
                let variables = box.daemonVariables(url)
                let refused = try await box.run(.teleclauded, [], variables)
                #expect(refused.code == 2 && refused.error.contains("can't be reached"), "\(refused)")
                let standby = try box.start(.teleclauded, ["--standby"], variables)
                try waitUntil("it waits for the server") {
                    try standby.errorText().contains("the server can't be reached")
                }
                try await server.start()
                try waitUntil("it waits for the database") {
                    try standby.errorText().contains("there is no such database")
                }
                try execute("CREATE DATABASE later", on: server.url)
                try waitUntil("it works") { try standby.errorText().contains("ready") }
                standby.kill(SIGTERM)
                #expect(try await standby.finish(timeout: 30).code == 0)
            }
        }
    }

    /// The server is away for longer than any time limit. Neither daemon serves meanwhile, and neither ends.
    @Test func bothOutliveAServerThatIsLongAway() async throws {
        try await withSandbox { box in
            try await OwnServer.with(in: box) { server in
                let pair = try TakeOver.start(box, server.url)
                let epoch = try pair.epoch
                for _ in 0..<2 {
                    try await server.stop()
                    try await Task.sleep(for: .seconds(5))
                    #expect(!Probe.ask(pair.firstSocket, 4) && !Probe.ask(pair.secondSocket, 4))
                    #expect(kill(pair.first.pid, 0) == 0 && kill(pair.second.pid, 0) == 0)
                    try await server.start()
                    try waitUntil("one of them serves") {
                        Probe.ask(pair.firstSocket, 4) || Probe.ask(pair.secondSocket, 4)
                    }
                    guard try pair.epoch == epoch else { break }
                }
                await pair.end()
            }
        }
    }

    /// A transaction of the suspended daemon holds the row of the epoch that the other daemon has to change.
    @Test func aTransactionThatStandsStillHoldsNobodyUp() async throws {
        try await withDatabase(.postgresql) { box, url in
            let pair = try TakeOver.start(box, url)
            let body = #"{"title": "half done", "project_path": "/"}"#
            try withTestConnection(url) { connection in
                try connection.transaction {
                    try connection.execute("LOCK TABLE sessions IN EXCLUSIVE MODE")
                    Thread.detachNewThread {
                        _ = Probe.answer(
                            pair.firstSocket, 20,
                            "POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                                + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
                    }
                    try waitUntil("it is in the middle of it") {
                        try query(
                            "SELECT 1::text FROM pg_locks WHERE relation = 'sessions'::regclass AND NOT granted",
                            on: url
                        )
                        .count == 1
                    }
                    pair.first.suspend()
                }
            }
            try waitUntil("the second serves") { try pair.second.errorText().contains("ready") }
            pair.first.kill(SIGCONT)
            #expect(try await pair.first.finish(timeout: 30).code == 2)
            #expect(try query("SELECT title FROM sessions", on: url).isEmpty)
            await pair.end()
        }
    }

    /// All daemons have the same socket path. The working one is killed again and again: each time exactly one other follows.
    @Test func ofManyAtOnceOneWorksAndOneFollows() async throws {
        try await withDatabase(.postgresql) { box, url in
            let all = try (0..<6).map { _ in try box.start(.teleclauded, ["--standby"], box.daemonVariables(url)) }
            var dead: Set<pid_t> = []
            for count in 1...all.count {
                var working: RunningProgram?
                try waitUntil("one of \(all.count - count + 1) works") {
                    working = try all.first { try !dead.contains($0.pid) && $0.errorText().contains("ready") }
                    return working != nil && Probe.ask("\(box.folder)/d.sock", 2)
                }
                #expect(try all.filter { try $0.errorText().contains("ready") }.count == count)
                let process = try #require(working)
                #expect(try query("SELECT holder FROM daemon_lease", on: url).joined().hasSuffix(" pid \(process.pid)"))
                dead.insert(process.pid)
                process.kill(SIGKILL)
                _ = try await process.finish()
            }
        }
    }

    /// The service manager has passed the same listening socket to both daemons (sd_listen_fds(3)).
    @Test func aSocketThatWasHandedOverIsShared() async throws {
        try await withDatabase(.postgresql) { box, url in
            let manager = """
                import os, socket, sys, time
                s = socket.socket(socket.AF_UNIX); s.bind("\(box.folder)/d.sock"); s.listen()
                for n in (1, 2):
                    if os.fork() == 0:
                        os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
                        os.dup2(os.open(f"{n}.log", os.O_WRONLY | os.O_CREAT), 2)
                        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
                        os.execv(sys.argv[1], [sys.argv[1], "--standby"])
                while True: os.wait(); print("one has ended", flush=True)
                """
            let process = try box.start(
                Program(inPath: "python3"), ["-c", manager, Program.teleclauded.path],
                box.daemonVariables(url, ["TELECLAUDE_SERVER_DRAIN_SECONDS": "1"]))
            defer { process.kill(SIGKILL) }
            try waitUntil("one works") { Probe.ask("\(box.folder)/d.sock", 2) }
            let holder = try query("SELECT holder FROM daemon_lease", on: url).joined()
            let first = try #require(holder.components(separatedBy: " pid ").last.flatMap { pid_t($0) })
            kill(first, SIGSTOP)
            try waitUntil("the other works") {
                try query("SELECT holder FROM daemon_lease", on: url).joined() != holder
                    && Probe.ask("\(box.folder)/d.sock", 2)
            }
            kill(first, SIGCONT)
            try waitUntil("the first ends") { try process.outputText().contains("one has ended") }
            #expect(try await box.run(.telec, ["whoami"], box.daemonVariables(url)).code == 0)
        }
    }

    /// The command goes on, its host calls the daemon that has taken over, and the recording has every line once.
    @Test func aSessionLivesThroughATakeOver() async throws {
        try await withDatabase(.postgresql) { box, url in
            let pair = try TakeOver.start(box, url, sharingSocket: true)
            let daemon = TestDaemon(box: box, process: pair.first, variables: pair.firstVariables)
            let id = try await daemon.start(
                "sh", "-c", "n=0; while [ $n -lt 400 ]; do n=$((n+1)); echo line $n.; sleep 0.05; done")
            try await daemon.waitForTranscript(of: id, toContain: "line 20.")
            pair.first.suspend()
            try waitUntil("the second serves") { try pair.second.errorText().contains("ready") }
            pair.first.kill(SIGCONT)
            #expect(try await pair.first.finish(timeout: 30).code == 2)
            try await daemon.wait(for: id, toBe: "closed", within: 90)
            let lines = try await daemon.telec("transcript", id).output.split(separator: "\n").filter {
                $0.hasPrefix("line ")
            }
            #expect(lines == (1...400).map { "line \($0)." })
            try await box.endSessions()
            await pair.end()
        }
    }

    /// If the first daemon ends in an orderly way, the second takes over at once.
    @Test(arguments: [false, true]) func anOrderlyEndHandsOver(sharingSocket: Bool) async throws {
        var times = TakeOverTimes("SIGTERM" + (sharingSocket ? ", one socket for both" : ""))
        for _ in 0..<TakeOver.rounds {
            try await withDatabase(.postgresql) { box, url in
                let pair = try TakeOver.start(box, url, sharingSocket: sharingSocket)
                times.add(
                    try await pair.measure {
                        pair.first.kill(SIGTERM)
                    } afterwards: {
                        let run = try await pair.first.finish(timeout: 30)
                        #expect(run.code == 0, "\(run)")
                    })
                #expect(FileManager.default.fileExists(atPath: pair.secondSocket))
                await pair.end()
            }
        }
        try times.note()
    }

    /// A service manager expects READY and then signs of life. A waiting daemon sends both.
    @Test func theServiceManagerHearsOfAStandby() async throws {
        try await withDatabase(.postgresql) { box, url in
            let first = try await box.startDaemon(box.daemonVariables(url))
            let manager = """
                import socket
                n = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); n.bind("\(box.folder)/n.sock"); print("here", flush=True)
                while True: print(n.recv(4096).decode().replace("\\n", "|"), flush=True)
                """
            let heard = try box.start(Program(inPath: "python3"), ["-c", manager])
            try waitUntil("it listens") { try heard.outputText().contains("here") }
            let variables = box.daemonVariables(
                url,
                [
                    "NOTIFY_SOCKET": "\(box.folder)/n.sock", "WATCHDOG_USEC": "400000",
                    "TELECLAUDE_SOCKET": "\(box.folder)/e.sock",
                ])
            let standby = try box.start(.teleclauded, ["--standby"], variables)
            try waitUntil("it is told") {
                let text = try heard.outputText()
                return text.contains("READY=1|STATUS=standby: another daemon works") && text.contains("WATCHDOG=1")
            }
            for process in [standby, heard] {
                process.kill(SIGKILL)
                _ = try await process.finish()
            }
            #expect(try await first.stop().code == 0)
        }
    }
}

struct SQLiteStandbyTests {
    /// A suspended daemon may hold the file's lock in the middle of a transaction. So it keeps its place, goes on when it is
    /// continued, and is followed only when it is killed.
    @Test func aStoppedDaemonKeepsItsPlace() async throws {
        try await withDatabase(.sqlite) { box, url in
            let pair = try TakeOver.start(box, url)
            pair.first.suspend()
            try await Task.sleep(for: .seconds(4))
            #expect(try !pair.second.errorText().contains("ready"))
            pair.first.kill(SIGCONT)
            #expect(Probe.ask(pair.firstSocket, 5))
            pair.first.kill(SIGKILL)
            try waitUntil("the second serves") { Probe.ask(pair.secondSocket, 2) }
            await pair.end()
        }
    }

    /// A daemon ends at once when its socket is removed, because no client could find it, and gives its lock to the next one.
    @Test func aDaemonWhoseSocketIsGoneEnds() async throws {
        try await withDatabase(.sqlite) { box, url in
            let patient = ["TELECLAUDE_SERVER_DRAIN_SECONDS": "600"]
            let daemon = try await box.startDaemon(box.daemonVariables(url, patient))
            try FileManager.default.removeItem(atPath: "\(box.folder)/d.sock")
            let run = try await daemon.process.finish(timeout: 30)
            #expect(run.code == 2 && run.error.contains("the daemon's socket was removed"), "\(run)")
        }
    }
}
