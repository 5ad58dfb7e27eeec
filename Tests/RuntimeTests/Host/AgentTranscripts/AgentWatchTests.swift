import Dialects
import Foundation
import TestSupport
import Testing

@testable import TCRuntime

struct AgentWatchTests {
    /// Returns the path of a file in the folder that Claude makes for the directory.
    private func claude(_ home: AgentHome, _ name: String) -> String {
        String(home.directory.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }) + "/" + name
    }

    @Test func aTornLineWaits() async throws {
        try await withAgentHome(.claude) { home in
            let (watch, file) = (home.watch(), claude(home, "a.jsonl"))
            #expect(await watch.seen() == [])
            try home.append("one\n\ntw", to: file)
            #expect(await watch.seen() == ["a.jsonl: one"])
            #expect(await watch.seen() == [])
            try home.append("o é", to: file)
            #expect(await watch.seen() == [])
            try home.append("\nthree\n", to: file)
            #expect(await watch.seen() == ["a.jsonl: two é", "a.jsonl: three"])
        }
    }

    @Test func whatWasThereBeforeIsNoPartOfTheSession() async throws {
        try await withAgentHome(.claude) { home in
            let file = claude(home, "a.jsonl")
            try home.append("before\n", to: file)
            let watch = home.watch()
            #expect(await watch.seen() == [])
            try home.append("resumed\n", to: file)
            #expect(await watch.seen() == ["a.jsonl: resumed"])
        }
    }

    @Test func aFileThatIsCutOrReplacedStartsAgain() async throws {
        try await withAgentHome(.claude) { home in
            let (watch, file) = (home.watch(), claude(home, "a.jsonl"))
            try home.append("one\ntwo\n", to: file)
            #expect(await watch.seen().count == 2)
            try #require(truncate("\(home.root)/\(file)", 0) == 0)
            try home.append("cut\n", to: file)
            #expect(await watch.seen() == ["a.jsonl: cut"])
            try home.append("replaced by a longer one\n", to: claude(home, "new"))
            try #require(rename("\(home.root)/\(claude(home, "new"))", "\(home.root)/\(file)") == 0)
            #expect(await watch.seen() == ["a.jsonl: replaced by a longer one"])
        }
    }

    @Test func aFileThatGrowsWhileItIsReadIsNotReadTwice() async throws {
        try await withAgentHome(.claude) { home in
            let name = claude(home, "a.jsonl")
            try home.append("one\n", to: name)
            var follower = LineFollower()
            func read() -> [FollowedLine] {
                guard let folder = OwnedFolder(home.root),
                    let file = TranscriptWalk.open(name.split(separator: "/").map(String.init), in: folder)
                else { return [.endless] }
                try? home.append("two\n", to: name)
                return follower.read(file) + follower.read(file)
            }
            #expect(read() == [.whole("one")])
            #expect(read() == [.whole("two")])
        }
    }

    /// This happens after `/clear`, and when an earlier conversation is resumed.
    @Test func anotherFileIsTheChainsNextPart() async throws {
        try await withAgentHome(.claude) { home in
            let watch = home.watch()
            try home.append("a\n", to: claude(home, "a.jsonl"))
            #expect(await watch.seen() == ["a.jsonl: a"])
            try home.append("a's last\n", to: claude(home, "a.jsonl"))
            try await Task.sleep(for: .milliseconds(20))
            try home.append("b\n", to: claude(home, "b.jsonl"))
            try home.append("helper\n", to: claude(home, "agent-1.jsonl"))
            try home.append("elsewhere\n", to: "-elsewhere/c.jsonl")
            let look = await watch.look()
            #expect(look.parts.map { $0.lines.map(\.text) } == [["a's last"], ["b"]])
            #expect(look.progress.chain.map { $0.suffix(7) } == ["a.jsonl", "b.jsonl"])
            try home.append("a again\n", to: claude(home, "a.jsonl"))
            #expect(await watch.look().progress.chain.map { $0.suffix(7) } == ["b.jsonl", "a.jsonl"])
        }
    }

    @Test func aHostThatIsStartedAgainGoesOn() async throws {
        try await withAgentHome(.claude) { home in
            try home.append("before\n", to: claude(home, "old.jsonl"))
            try await Task.sleep(for: .milliseconds(20))
            let watch = home.watch()
            try home.append("a\n", to: claude(home, "a.jsonl"))
            let progress = await watch.look().progress
            let kept = try JSONDecoder().decode(AgentProgress.self, from: JSONEncoder().encode(progress))
            try home.append("while it was away\n", to: claude(home, "a.jsonl"))
            try home.append("new\n", to: claude(home, "b.jsonl"))
            let second = home.watch(resuming: kept)
            #expect(await Set(second.seen()) == ["a.jsonl: while it was away", "b.jsonl: new"])
        }
    }

    @Test func manyLinesComeInSeveralLooks() async throws {
        try await withAgentHome(.claude) { home in
            let watch = home.watch()
            let line = String(repeating: "x", count: 99_999)
            try home.append(String(repeating: line + "\n", count: 120), to: claude(home, "a.jsonl"))
            var (count, looks, isMore) = (0, 0, true)
            while isMore {
                let look = await watch.look()
                (count, looks, isMore) = (count + look.parts.flatMap(\.lines).count, looks + 1, look.isMore)
            }
            #expect(count == 120 && looks > 1)
        }
    }

    @Test func linksPipesAndFoldersAreNotFollowed() async throws {
        try await withAgentHome(.claude) { home in
            let watch = home.watch()
            try home.write("secret\n", to: "../../../secret")
            for (name, target) in [
                ("link.jsonl", "\(home.home)/../secret"), ("hidden", "\(home.home)/.."), ("dangling.jsonl", "/no/such"),
            ] { try #require(symlink(target, try home.place(claude(home, name))) == 0) }
            try #require(mkfifo(try home.place(claude(home, "pipe.jsonl")), 0o600) == 0)
            try home.write("x\n", to: claude(home, "folder.jsonl/x"))
            #expect(await watch.seen() == [])
            try home.append("real\n", to: claude(home, "a.jsonl"))
            #expect(await watch.seen() == ["a.jsonl: real"])
        }
        // The folder for the directory may be a link, too.
        try await withAgentHome(.claude) { home in
            try home.write("secret\n", to: "../elsewhere/a.jsonl")
            let own = try home.place(String(claude(home, "").dropLast()))
            try #require(symlink("\(home.home)/.claude/elsewhere", own) == 0)
            let watch = home.watch()
            try home.append("more\n", to: "../elsewhere/a.jsonl")
            #expect(await watch.seen() == [])
        }
    }

    @Test(arguments: [5 << 20, 20 << 20])
    func longLinesAreNoObstacle(length: Int) async throws {
        try await withAgentHome(.claude) { home in
            let watch = home.watch()
            let line = #"{"type":"user","text":""# + String(repeating: "x", count: length) + "\"}"
            try home.append("first\n\(line)\nlast\n", to: claude(home, "a.jsonl"))
            var (lines, isMore) = ([AgentLine](), true)
            while isMore {
                let look = await watch.look()
                lines += look.parts.flatMap(\.lines)
                isMore = look.isMore
            }
            try #require(lines.count == 3)
            #expect(lines[0] == .unreadable("first") && lines[2] == .unreadable("last"))
            switch lines[1] {
            case .whole, .unreadable: Issue.record("a long line was kept")
            case .shortened(let text, let bytes):
                #expect(bytes == line.utf8.count && text.utf8.count < 70_000 && JSON(parsing: text) != nil)
            case .leftOut: #expect(length > LineFollower.longestLine)
            }
        }
    }

    @Test func codexFilesAreThoseThatNameTheDirectory() async throws {
        try await withAgentHome(.codex) { home in
            let watch = home.watch()
            func meta(_ directory: String) -> String { #"{"type":"session_meta","payload":{"cwd":"\#(directory)"}}"# }
            try home.append(meta("/elsewhere") + "\nx\n", to: "2026/11/25/rollout-1.jsonl")
            try home.append(meta(home.directory), to: "2026/11/25/rollout-2.jsonl")
            #expect(await watch.seen() == [])
            try home.append("\nours\n", to: "2026/11/25/rollout-2.jsonl")
            try home.append("more\n", to: "2026/11/25/rollout-1.jsonl")
            #expect(
                await watch.seen() == ["rollout-2.jsonl: " + meta(home.directory), "rollout-2.jsonl: ours"])
        }
    }

    /// Years of transcripts cost little: what belongs to another directory is left alone until its folder changes. A conversation of
    /// the directory itself may be resumed however old it is.
    @Test func olderFilesOfOthersAreLeftAlone() async throws {
        try await withAgentHome(.codex) { home in
            func meta(_ directory: String) -> String { #"{"type":"session_meta","payload":{"cwd":"\#(directory)"}}"# }
            func age() throws {
                for folder in ["/2025/01/01", "/2025/01", "/2025", ""] {
                    try FileManager.default.setAttributes(
                        [.modificationDate: Date(timeIntervalSinceNow: -99)], ofItemAtPath: home.root + folder)
                }
            }
            try home.append(meta("/elsewhere") + "\nx\n", to: "2025/01/01/other.jsonl")
            try home.append(meta(home.directory) + "\nold\n", to: "2025/01/01/ours.jsonl")
            try age()
            var walk = TranscriptWalk(place: AgentPlace(agent: .codex, directory: home.directory))
            func found() -> [String] {
                guard let folder = OwnedFolder(home.root) else { return ["nothing can be read"] }
                let files = walk.files(in: folder) { $0.hasSuffix("other.jsonl") }
                return files.map { $0.path.last ?? "" }
            }
            #expect(found() == ["other.jsonl", "ours.jsonl"])
            #expect(found() == ["ours.jsonl"])
            let watch = home.watch()
            for _ in 1...3 { #expect(await watch.seen() == []) }
            for name in ["other", "ours"] { try home.append("resumed\n", to: "2025/01/01/\(name).jsonl") }
            #expect(await watch.seen() == ["ours.jsonl: resumed"])
            try home.append(meta(home.directory) + "\n", to: "2025/01/01/new.jsonl")
            #expect(found() == ["new.jsonl", "other.jsonl", "ours.jsonl"])
            #expect(await watch.seen() == ["new.jsonl: " + meta(home.directory)])
        }
    }

    /// A file server's clock may be behind, and a clock may be set back while a session runs.
    @Test(arguments: [true, false])
    func aNewTranscriptIsReadFromItsBeginningWhateverItsTime(hasOlder: Bool) async throws {
        try await withAgentHome(.claude) { home in
            if hasOlder { try home.append("before\n", to: claude(home, "old.jsonl")) }
            let watch = home.watch()
            try home.append("first\n", to: claude(home, "new.jsonl"))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3_600)],
                ofItemAtPath: "\(home.root)/\(claude(home, "new.jsonl"))")
            #expect(await watch.seen() == ["new.jsonl: first"])
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func anOldFileThatCouldNotBeReadIsNoPartOfTheSession() async throws {
        try await withAgentHome(.claude) { home in
            try home.append("before\n", to: claude(home, "old.jsonl"))
            let path = "\(home.root)/\(claude(home, "old.jsonl"))"
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -99)], ofItemAtPath: path)
            try #require(chmod(path, 0) == 0)
            let watch = home.watch()
            try #require(chmod(path, 0o600) == 0)
            #expect(await watch.seen() == [])
            try home.append("resumed\n", to: claude(home, "old.jsonl"))
            #expect(await watch.seen() == ["old.jsonl: resumed"])
        }
    }

    /// A folder that can't be read, for want of rights or of descriptors, may be readable later without a change of its contents.
    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func aFolderThatCouldNotBeReadIsTriedAgain() async throws {
        try await withAgentHome(.claude) { home in
            let (old, new) = (claude(home, "old.jsonl"), claude(home, "new.jsonl"))
            try home.append("before\n", to: old)
            let folder = "\(home.root)/\(claude(home, "").dropLast())"
            let past = Date(timeIntervalSinceNow: -99)
            func age(_ path: String) throws {
                try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: path)
            }
            try age("\(home.root)/\(old)")
            try #require(chmod(folder, 0) == 0)
            let watch = home.watch()
            try #require(chmod(folder, 0o700) == 0)
            try home.append("ours\n", to: new)
            try age(folder)
            try #require(chmod(folder, 0) == 0)
            #expect(await watch.seen() == [])
            try #require(chmod(folder, 0o700) == 0)
            #expect(await watch.seen() == ["new.jsonl: ours"])
        }
    }

    /// A file may have any time; 64 bits of nanoseconds end in 2262.
    @Test(arguments: [-16_725_225_600, 10_413_792_000])
    func aTimeThatNoNumberHoldsEndsNoHost(seconds: Int) async throws {
        try await withAgentHome(.claude) { home in
            try home.append("before\n", to: claude(home, "a.jsonl"))
            let date = Date(timeIntervalSince1970: TimeInterval(seconds))
            for path in [home.root, "\(home.root)/\(claude(home, "a.jsonl"))"] {
                try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
            }
            let watch = home.watch()
            #expect(await watch.seen() == [])
            try home.append("ours\n", to: claude(home, "b.jsonl"))
            #expect(await watch.seen() == ["b.jsonl: ours"])
        }
    }

    @Test func whatCanNotBeReadIsNoEmptyFolder() async throws {
        try await withTemporaryFolder { folder in
            #expect(Folder.names(of: -1) == nil)
            #expect(Folder.names(of: open("/dev/null", O_RDONLY)) == nil)
            #expect(Folder.names(of: open(folder, O_RDONLY)) == [])
        }
    }

    @Test func geminiMessagesAreSeenOnce() async throws {
        try await withAgentHome(.gemini) { home in
            let folder = SHA256.hexadecimal(of: home.directory.utf8)
            let first = #"{"content":"hi","id":"1","type":"user"}"#
            func document(_ messages: String...) -> String { #"{"messages":[\#(messages.joined(separator: ","))]}"# }
            try home.write(document(#"{"id":"0","type":"user","content":"old"}"#), to: "\(folder)/chats/old.json")
            let watch = home.watch()
            try home.write(document(first), to: "\(folder)/chats/s.json")
            try home.write(document(first), to: "elsewhere/chats/s.json")
            #expect(await watch.seen() == ["s.json: " + first])
            try home.write(String(document(first, #"{"type":"gemini"}"#).dropLast(3)), to: "\(folder)/chats/s.json")
            #expect(await watch.seen() == [])
            try home.write(document(first, #"{"type":"gemini"}"#), to: "\(folder)/chats/s.json")
            #expect(await watch.seen() == [#"s.json: {"type":"gemini"}"#])
            // This folder has another name, and a file in it names the directory.
            try home.write(home.directory + "\n", to: "slug/.project_root")
            try home.write(document(first), to: "slug/chats/t.json")
            #expect(await watch.seen() == ["t.json: " + first])
        }
    }

    @Test func aMessageThatChangesComesAgain() {
        var follower = DocumentFollower()
        #expect(follower.read(#"{"messages":[{"id":"1"},{"id":"2"}]}"#)?.count == 2)
        let changed = #"{"id":"2","toolCalls":[]}"#
        #expect(follower.read(#"{"messages":[{"id":"1"},\#(changed)]}"#) == [changed])
        for document in ["[]", "{}", #"{"messages":7}"#] { #expect(follower.read(document) == []) }
        for document in ["", "\u{0}", #"{"messages":["#, String(repeating: "[", count: 100_000)] {
            #expect(follower.read(document) == nil)
        }
    }

    /// JavaScript writes half of an emoji as `\ud83d` where it has cut a string, and Python a number that is none as `NaN`.
    @Test func aDocumentThatIsAlmostJSONIsRead() {
        var follower = DocumentFollower()
        let document = #"{"messages":[{"content":"cut \ud83d","id":"1"},{"content":"next","id":"2","score":NaN}]}"#
        #expect(
            follower.read(document) == [
                #"{"content":"cut \#u{FFFD}","id":"1"}"#, #"{"content":"next","id":"2","score":null}"#,
            ])
    }

    /// A document that is being written can't be read for a moment. One that stays as it is is told of, once.
    @Test func aDocumentThatCannotBeReadIsToldOfOnce() async throws {
        try await withAgentHome(.gemini) { home in
            let name = "\(SHA256.hexadecimal(of: home.directory.utf8))/chats/s.json"
            let watch = home.watch()
            try home.write(#"{"messages":["#, to: name)
            #expect(await watch.look().unreadable == [])
            try home.write(#"{"messages":[]}"#, to: name)
            for _ in 0..<2 { #expect(await watch.look().unreadable == []) }
            for broken in ["broken", "broken again"] {
                try home.write(broken, to: name)
                #expect(await watch.look().unreadable == [])
                #expect(await watch.look().unreadable == (broken == "broken" ? ["\(home.root)/\(name)"] : []))
                #expect(await watch.look().unreadable == [])
            }
        }
    }
}
