import Foundation
import TestSupport
import Testing

@Suite("/metrics")
struct MetricsTests {
    /// Metrics in Prometheus' text format, read more strictly than its own parser does: each family has help and a type before its
    /// samples and stands in one place, and no sample occurs twice.
    private struct Figures {
        var types: [String: String] = [:]
        var samples: [String: Double] = [:]

        init(_ text: String) throws {
            try #require(text.hasSuffix("\n"))
            var (helped, closed, family) = (Set<String>(), Set<String>(), "")
            for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
                if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) [^\n]+/) {
                    try #require(helped.insert(String(match.1)).inserted, "\(line)")
                    closed.insert(family)
                    family = String(match.1)
                    try #require(!closed.contains(family), "\(line)")
                } else if let match = line.wholeMatch(of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/)
                {
                    try #require(String(match.1) == family && types[family] == nil, "\(line)")
                    types[family] = String(match.2)
                } else {
                    let label = #"[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*""#
                    let sample = try Regex(
                        "([a-zA-Z_:][a-zA-Z0-9_:]*)((?:\\{\(label)(?:,\(label))*\\})?) ([0-9.e+-]+)",
                        as: (Substring, Substring, Substring, Substring).self)
                    let match = try #require(try sample.wholeMatch(in: String(line)), "\(line)")
                    let name = String(match.output.1)
                    let endings = types[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                    try #require(endings.contains { family + $0 == name }, "\(line)")
                    try #require(types[family] != "counter" || name.hasSuffix("_total"), "\(line)")
                    let value = try #require(Double(String(match.output.3)), "\(line)")
                    try #require(samples.updateValue(value, forKey: name + String(match.output.2)) == nil, "\(line)")
                }
            }
        }

        /// Expects that the buckets of each histogram never decrease, and that the last one equals the count.
        func expectHistograms() throws {
            let buckets = samples.filter { $0.key.contains("_bucket{") }
            #expect(!buckets.isEmpty)
            for (key, value) in buckets where key.contains("le=\"+Inf\"") {
                let route = try #require(key.firstMatch(of: /route="([^"]*)"/)?.1)
                #expect(samples["teleclaude_http_request_seconds_count{route=\"\(route)\"}"] == value)
                let all = buckets.filter { $0.key.contains("route=\"\(route)\"") }.map(\.value)
                #expect(all.allSatisfy { $0 <= value } && all.count == 8)
            }
        }
    }

    @Test("what was done is counted, by routes and not by people", arguments: Backend.available)
    func figures(_ backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            let id = try await daemon.start("sh", "-c", "echo canary; sleep 1000", title: "Canary title")
            try await daemon.wait(for: id, toBe: "active")
            try await daemon.waitForTranscript(of: id, toContain: "canary")
            #expect(try await daemon.telec("sessions", "get", "00000000-0000-4000-8000-000000000000").code == 64)
            _ = Probe.answer(
                "\(daemon.box.folder)/d.sock", 5, "BREW /whoami HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            _ = Probe.answer(
                "\(daemon.box.folder)/d.sock", 5, "GET /canary-path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let document = try await daemon.telec("metrics", "--json")
            #expect(document.code == 64 && document.output.contains("\"usage\""), "\(document)")
            #expect(document.error.contains("GET /metrics"), "\(document)")
            for command in ["export", "archive"] {
                let lines = try await daemon.telec("audit", command, "--json")
                #expect(lines.code == 64 && lines.output.contains("\"usage\""), "\(lines)")
                #expect(lines.error.contains("leave out --json"), "\(lines)")
            }
            let first = try await daemon.telec("metrics")
            #expect(first.code == 0 && first.error.isEmpty, "\(first)")
            let run = try await daemon.telec("metrics")
            let figures = try Figures(run.output)
            try figures.expectHistograms()
            func calls(_ method: String, _ route: String, _ status: Int) -> Double? {
                figures.samples[
                    "teleclaude_http_requests_total{method=\"\(method)\",route=\"\(route)\",status=\"\(status)\"}"]
            }
            #expect(calls("POST", "/sessions", 201) == 1)
            #expect(calls("GET", "/sessions/{id}", 404) == 1 && (calls("GET", "/sessions/{id}", 200) ?? 0) > 0)
            #expect(calls("GET", "/metrics", 200) == 1, "\(run)")
            #expect(figures.samples["teleclaude_sessions_open{state=\"active\"}"] == 1)
            #expect(figures.samples["teleclaude_hosts_connected"] == 1)
            #expect(figures.samples["teleclaude_database_up"] == 1)
            #expect(figures.samples["teleclaude_audit_entries_total"] != nil)
            #expect((figures.samples["teleclaude_recorded_bytes_total"] ?? 0) > 0)
            for name in ["teleclaude_database_connections", "process_open_fds", "process_resident_memory_bytes"] {
                #expect((figures.samples[name] ?? 0) > 0, "\(name)")
            }
            for word in ["canary", "Canary", id, "BREW", NSUserName()] {
                #expect(!run.output.contains(word), "\(word): \(run)")
            }
        }
    }

    /// The host sends empty and repeated chunks, and then waits until all are acknowledged.
    @Test("what is recorded counts once, as it is on the disk")
    func recordedBytes() async throws {
        try await withDaemon(.sqlite) { daemon in
            let script = """
                event = b'[0.1,"o","canary"]\\n'
                for number in [0] + [1] * 100 + [2]:
                    data = b"" if number == 2 else event
                    send(b"chunk %d %d\\n" % (number, len(data)) + data)
                for line in lines():
                    if b"ack 2" in line: print("acknowledged", flush=True)
                """
            let host = try FakeHost(daemon, script)
            try waitUntil("the chunks are recorded") { try host.process.outputText().contains("acknowledged") }
            let path = "\(daemon.box.home)/.teleclaude/transcripts/\(host.session).cast"
            let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
            let figures = try Figures(try await daemon.telec("metrics").output)
            #expect(figures.samples["teleclaude_recorded_bytes_total"] == Double(size))
            host.process.kill(SIGKILL)
        }
    }

    @Test(
        "admins and the monitoring account read it, and nobody else",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func readers() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let box = machine.box
            #expect(try await machine.telec(machine.admin, "metrics").code == 0)
            for user in [machine.alice, machine.stranger] {
                let run = try await machine.telec(user, "metrics")
                #expect(run.code == 2 && run.output.isEmpty && run.error.hasPrefix("error: "), "\(run)")
            }
            // The stranger becomes the monitor when the settings are read again.
            let file = "\(box.folder)/etc/config.yml"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try (text + "monitoring: {os_username: \(machine.stranger.name)}\n").write(
                toFile: file, atomically: true, encoding: .utf8)
            chmod(file, 0o644)
            machine.daemon.kill(SIGHUP)
            try waitUntil("the settings are read") { try machine.daemon.errorText().contains("read anew") }
            let monitor = try await machine.telec(machine.stranger, "metrics")
            #expect(monitor.code == 0, "\(monitor)")
            _ = try Figures(monitor.output)
            // The monitor may do nothing else that was not allowed before.
            #expect(try await machine.telec(machine.stranger, "sessions", "list").code == 2)
            #expect(try await machine.telec(machine.alice, "metrics").code == 2)
        }
    }
}
