import Foundation
import TestSupport
import Testing

/// Tests the recorded tour, which `ci/tour` makes: any player can play it, and it has nothing that should not be shown.
@Suite("docs/tour")
struct TourTests {
    private static let folder = "\(Built.project)/docs/tour"

    private static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "README.md" }.sorted()
    }

    private static func lines() throws -> [Data] {
        let text = try TestSources.text(of: "docs/tour/tour.cast")
        #expect(text.hasSuffix("\n"))
        return text.split(separator: "\n").map { Data($0.utf8) }
    }

    private static func events() throws -> [(time: Double, code: String, text: String)] {
        try lines().dropFirst().map { line in
            let event = try #require(try JSONSerialization.jsonObject(with: line) as? [Any])
            #expect(event.count == 3)
            return try (
                #require(event[0] as? Double), #require(event[1] as? String), #require(event[2] as? String)
            )
        }
    }

    @Test("the recording is an asciicast of version 2, and its time goes forward to an end")
    func recording() throws {
        let first = try #require(try Self.lines().first)
        let head = try #require(try JSONSerialization.jsonObject(with: first) as? [String: Any])
        #expect(head["version"] as? Int == 2 && head["width"] as? Int == 120 && head["height"] as? Int == 34)
        let events = try Self.events()
        #expect(events.count > 100 && events.allSatisfy { ["o", "m"].contains($0.code) })
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
        // No pause is long, and the tour is neither too short nor too long.
        #expect(zip(events, events.dropFirst()).allSatisfy { $1.time - $0.time < 8 })
        let last = try #require(events.last)
        #expect((60...180).contains(last.time) && last.text == "\u{1B}[0m\u{1B}[?25h\r\n")
        #expect(events.count { $0.code == "m" } >= 6)
    }

    @Test("a terminal gets letters, colours and places of the cursor")
    func sequences() throws {
        for event in try Self.events() {
            let rest = event.text.replacing(/\u{1B}\[(?:[0-9;:]*m|[0-9]+;[0-9]+H|2[JK]|\?25[hl])/, with: "")
                .replacing("\r\n", with: "")
            #expect(
                !rest.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(rest.debugDescription)")
            #expect(
                !rest.unicodeScalars.contains { $0.properties.generalCategory == .format }, "\(rest.debugDescription)")
        }
    }

    @Test("the story is in it")
    func story() throws {
        let text = try Self.events().map(\.text).joined()
        let told = [
            "Sessions on this system are subject to admin audit.", "This is Alice's session. Reading it is logged.",
            "Viewing [Alice]'s session: access logged", "read_transcript", "who looked at your sessions",
        ]
        for words in told { #expect(text.contains(words), "\(words)") }
    }

    @Test("no file tells where it was made, and a picture runs and loads nothing")
    func nothingOfTheMachine() throws {
        for file in try Self.files() where !file.hasSuffix(".png") {
            let text = try TestSources.text(of: "docs/tour/\(file)")
            for sign in ["/tmp/", "/work", "/root", "/opt/", "/var/", "tcs_", ".build", "error:"] {
                #expect(!text.contains(sign), "\(file) holds \(sign)")
            }
            let homes = Set(text.matches(of: /\/home\/(\w+)/).map { String($0.1) })
            #expect(homes.isSubset(of: ["alice", "bob", "ada"]), "\(file): \(homes)")
            guard file.hasSuffix(".svg") else { continue }
            let parts = Set(text.matches(of: /<(\w+)/).map { String($0.1) })
            #expect(parts == ["svg", "title", "style", "rect", "text"], "\(file): \(parts)")
            #expect(!text.contains("url(") && !text.contains("href") && text.hasSuffix("</svg>\n"), "\(file)")
        }
    }

    @Test("what pages show is there, what is there is shown, and all of it is small")
    func pages() throws {
        let files = try Self.files()
        var named: Set<String> = []
        for (page, prefix) in [
            ("README.md", "docs/tour/"), ("docs/tui.md", "tour/"), ("docs/operations.md", "tour/"),
            ("docs/tour/README.md", ""),
        ] {
            let links = try TestSources.text(of: page).matches(of: /\]\(([\w.\/-]+\.(?:svg|png|cast))\)/).map {
                String($0.1)
            }
            #expect(!links.isEmpty, "\(page) shows nothing")
            for link in links {
                #expect(link.hasPrefix(prefix), "\(page): \(link)")
                let name = String(link.dropFirst(prefix.count))
                #expect(files.contains(name), "\(page) shows \(link), which is not there")
                named.insert(name)
            }
        }
        #expect(named == Set(files))
        let sizes = try files.map { file in
            try #require(try FileManager.default.attributesOfItem(atPath: "\(Self.folder)/\(file)")[.size] as? Int)
        }
        #expect(sizes.reduce(0, +) < 400_000)
    }

    @Test(
        "a picture of a page is a PNG of a desktop's and of a phone's width",
        arguments: [("desktop", 1000), ("phone", 390)])
    func photographs(name: String, width: Int) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/report-\(name).png"))
        #expect(Array(data.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(data[16..<20].reduce(0) { $0 << 8 | Int($1) } == width)
    }

    @Test(
        "ci/tour says what it can't do, and has made nothing",
        arguments: [
            (["--nonsense", "x"], 64, "ci/tour --folder DIR"), (["--folder"], 64, "ci/tour --folder DIR"),
            (["--programs", "/nowhere"], 2, "there is no program teleclauded in /nowhere"),
        ] as [([String], Int32, String)])
    func refusals(words: [String], code: Int32, says: String) async throws {
        try await withSandbox { box in
            let before = try box.contents()
            let run = try await box.run(Program(inPath: "bash"), ["\(Built.project)/ci/tour"] + words)
            #expect(run.code == code && run.output.isEmpty && run.error.contains(says), "\(run)")
            #expect(try box.contents() == before)
        }
    }

    @Test(
        "who is not root is told what is not shown, and docs/tour is not his",
        .enabled(if: geteuid() == 0, "root becomes somebody else here"))
    func alone() async throws {
        try await withSandbox { box in
            // A clone in root's own home can't be read by others.
            let ci = "\(box.folder)/ci"
            chmod(box.folder, 0o711)
            try FileManager.default.createDirectory(atPath: ci, withIntermediateDirectories: false)
            for script in ["setup", "tour"] {
                try FileManager.default.copyItem(atPath: "\(Built.project)/ci/\(script)", toPath: "\(ci)/\(script)")
            }
            let identity = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]
            let run = try await box.run(Program(inPath: "setpriv"), identity + ["bash", "\(ci)/tour"], in: "/")
            #expect(run.code == 2 && run.error.contains("an admin's reading and its entry are not shown"), "\(run)")
            #expect(run.error.contains("say --folder DIR"), "\(run)")
        }
    }
}
