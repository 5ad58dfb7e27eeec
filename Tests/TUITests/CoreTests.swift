import TCRuntime
import Testing

@testable import TCTUI

/// Tests the program without a terminal, by passing events and checking frames and effects.
struct CoreTests {
    @Test func projectsStandFirstAndTheFirstSessionIsSelected() {
        let state = CoreWorld.state([("/b", 2), ("/a", 1), (nil, 1)])
        let lines = state.frame.lines.map(\.text)
        #expect(
            lines[1].hasPrefix(" - /b (2)") && lines[4].hasPrefix(" - /a (1)")
                && lines[6].hasPrefix(" - (no project) (1)"))
        #expect(state.browser.selectedSession?.sessionID == "s0")
        #expect(state.frame.text.contains("title   Session 0"))
    }

    @Test func aMomentNamesItsZone() {
        #expect(TimeText.moment("2026-11-27T09:30:00.000000Z") == "2026-11-27 09:30:00 UTC")
        #expect(TimeText.moment(nil) == "-")
    }

    @Test func namesOfOwnersAreShownWhereThereAreSeveral() {
        #expect(CoreWorld.state([("/p", 1)], owner: "Bob").frame.text.contains("[Bob] Session 0"))
        #expect(!CoreWorld.state([("/p", 1)], severalPeople: false, owner: "Bob").frame.text.contains("[Bob]"))
        #expect(!CoreWorld.state([("/p", 1)]).frame.text.contains("[Ann]"))
    }

    /// The database compares bytes, and Swift's strings characters: these two paths are different folders.
    @Test func pathsThatDifferInBytesAloneAreTwoProjects() {
        let counts: [(String?, Int)] = [("/caf\u{E9}", 1), ("/cafe\u{301}", 2)]
        var state = CoreWorld.state(counts)
        _ = state.handle(.projects(CoreWorld.projects(counts), generation: state.generation))
        #expect(state.browser.groups.map(\.count) == [1, 2])
        #expect(state.browser.groups.map(\.key).count { $0 == .project("/cafe\u{301}") } == 1)
        _ = state.handle(.told(CoreWorld.session(77, project: "/cafe\u{301}"), isNew: true))
        #expect(state.browser.groups.first { $0.key == .project("/cafe\u{301}") }?.count == 3)
        #expect(state.browser.groups.first { $0.key == .project("/caf\u{E9}") }?.count == 1)
    }

    /// Plain lines are printed when they are whole. One that does not end is printed in parts, so that nothing piles up.
    @Test func aLineWithoutAnEndIsPrintedInParts() {
        var lines = PlainLines()
        let part = String(repeating: "a", count: 3_000)
        #expect(lines.add("one\n\ntwo") == "one\n\n" && lines.add("\n" + part) == "two\n")
        #expect(lines.add(part) == part + part && lines.add("b") == "" && lines.add("\nc") == "b\n")
        #expect(lines.end() == "c\n" && lines.end() == "")
        #expect(lines.add(part + part) == part + part && lines.end() == "\n" && lines.end() == "")
    }

    /// However far the user scrolls, only some pages are in memory.
    @Test func aHundredThousandSessionsAreAWindow() {
        let counts: [(String?, Int)] = [("/huge", 100_000), ("/small", 3)]
        var state = CoreWorld.state(counts)
        for key in [Key.end, .pageUp, .home, .pageDown, .character("G")] {
            let effects = state.handle(.key(key))
            CoreWorld.answer(effects, &state, counts)
            #expect(state.browser.groups.reduce(0) { $0 + $1.pages.kept } <= 5 * Pages<SessionDocument>.size)
            #expect(!state.frame.text.contains("…\n"))
        }
        #expect(state.browser.selected == 100_004 && state.frame.text.contains("Session 1000002"))
    }

    @Test func whatIsToldChangesTheRowAndNewOnesComeFirst() {
        var state = CoreWorld.state([("/p", 3)])
        _ = state.handle(.told(CoreWorld.session(1, title: "Renamed", status: "closed"), isNew: false))
        #expect(state.frame.text.contains("Renamed") && state.frame.text.contains(". closed"))
        _ = state.handle(.told(CoreWorld.session(77, title: "Newest"), isNew: true))
        #expect(state.frame.lines[2].text.contains("Newest") && state.frame.lines[1].text.contains("(4)"))
        // The selected session stays selected.
        #expect(state.browser.selectedSession?.sessionID == "s0")
        _ = state.handle(.told(CoreWorld.session(78, project: "/q", title: "Elsewhere"), isNew: true))
        #expect(state.frame.lines[1].text.contains("/q (1)") && state.browser.selectedSession?.sessionID == "s0")
    }

    /// While a list is loaded again, its old rows are shown. Afterwards the selected session is found at its new place.
    @Test func theSelectionSurvivesAReload() {
        var state = CoreWorld.state([("/p", 5)])
        _ = state.type("jj")
        #expect(state.browser.selectedSession?.sessionID == "s2")
        _ = state.type("r")
        var effects = state.handle(
            .projects(CoreWorld.projects([("/new", 1), ("/p", 6)]), generation: state.generation))
        #expect(state.browser.selectedSession?.sessionID == "s2" && !effects.isEmpty)
        let rows = ([9] + Array(0..<5)).map { CoreWorld.session($0) }
        effects = state.handle(.page(CoreWorld.page(rows), .project("/p"), 0, generation: state.generation))
        #expect(state.browser.selectedSession?.sessionID == "s2")
    }

    @Test func aListThatDoesNotComeIsAskedForAgain() {
        var state = State(size: Size(columns: 80, rows: 24), folder: "/")
        #expect(state.frame.text.contains("connecting …"))
        _ = state.handle(.connected(CoreWorld.me()))
        #expect(state.frame.text.contains("loading …"))
        _ = state.handle(.projectsFailed("the database is away", generation: state.generation))
        #expect(state.frame.text.contains("the database is away") && !state.frame.text.contains("no sessions"))
        guard case .request(.loadProjects)? = state.handle(.tick).first else {
            Issue.record("nothing was asked for")
            return
        }
    }

    @Test func answersToAnEarlierListAreLetFall() {
        var state = CoreWorld.state([("/p", 1)])
        let earlier = state.generation
        _ = state.type("f")
        _ = state.handle(.projects(CoreWorld.projects([("/old", 9)]), generation: earlier))
        #expect(!state.frame.text.contains("/old"))
    }

    @Test func aDaemonThatIsAwayIsABannerAndAnotherAttempt() {
        var state = CoreWorld.state([("/p", 1)])
        var effects = state.handle(.disconnected("no daemon answers"))
        #expect(state.frame.lines[1].text.hasPrefix("no daemon answers"))
        #expect(state.frame.text.contains("Session 0"))
        guard case .request(.listen(1))? = effects.first else {
            Issue.record("\(effects)")
            return
        }
        for _ in 0..<20 { effects = state.handle(.disconnected("no")) }
        guard case .request(.listen(5))? = effects.first else {
            Issue.record("\(effects)")
            return
        }
        effects = state.handle(.connected(CoreWorld.me()))
        #expect(!state.frame.text.contains("no daemon"))
        guard case .request(.loadProjects)? = effects.first else {
            Issue.record("\(effects)")
            return
        }
    }

    @Test func othersTranscriptsTakeAReasonAndABannerStands() {
        var state = CoreWorld.state([("/p", 1)], owner: "Bob")
        #expect(state.type("t").isEmpty)
        #expect(state.frame.lines[23].text.contains("This is Bob's session. Reading it is logged. Reason"))
        #expect(state.type("  \n").isEmpty && state.page == .sessions)
        #expect(state.type("t").isEmpty)
        let effects = state.type("incident 7\n")
        guard case .request(.read("s0", reason: "incident 7", .terminal, let reading))? = effects.last else {
            Issue.record("\(effects)")
            return
        }
        // As long as nothing has arrived, nobody knows whether there is something.
        #expect(state.frame.text.contains("…") && !state.frame.text.contains("nothing was shown"))
        _ = state.handle(.transcript(.text(""), reading: reading))
        #expect(state.frame.text.contains("nothing was shown yet"))
        _ = state.handle(.transcript(.text("secret\nlines\n"), reading: reading))
        #expect(state.frame.lines[1].text.contains("Viewing [Bob]'s session: access logged"))
        #expect(state.frame.text.contains("secret"))
        // Another view is a new reading, which takes a reason of its own.
        #expect(state.type("c").isEmpty && state.frame.lines[23].text.contains("Reason"))
        _ = state.handle(.key(.escape))
        // Text of an earlier reading that still arrives is ignored.
        _ = state.type("q")
        _ = state.handle(.transcript(.text("late"), reading: reading))
        #expect(!state.frame.text.contains("late") && !state.frame.text.contains("access logged"))
    }

    @Test func oneTypesQuestionsAndPasteIsNoCommand() {
        var state = CoreWorld.state([("/p", 1)])
        #expect(state.handle(.key(.paste("q\nee"))).isEmpty && state.dialog == nil)
        #expect(state.type("e").isEmpty && state.type("n").isEmpty && state.dialog == nil)
        _ = state.type("e")
        guard case .action(.end("s0"))? = state.type("y").first else {
            Issue.record("nothing is ended")
            return
        }
        _ = state.type("s")
        _ = state.handle(.key(.paste("two\nlines")))
        guard case .action(.send("s0", text: "two lines"))? = state.type("\n").first else {
            Issue.record("nothing is sent")
            return
        }
        let effects = state.type("nTitle\n\n!ls -l\n")
        guard case .action(.start(let wanted))? = effects.first else {
            Issue.record("\(effects)")
            return
        }
        #expect(wanted.title == "Title" && wanted.project == "/p" && wanted.command == ["sh", "-c", "ls -l"])
    }

    @Test func aSearchIsReadByItsWords() {
        let query = ListQuery(typed: "state:active owner:Ann fix  the build", order: .all)
        #expect(query?.state == "active" && query?.owner == "Ann" && query?.words == "fix the build")
        #expect(query?.typed == "state:active owner:Ann fix the build")
        #expect(ListQuery(typed: "state:asleep", order: .all) == nil)
        var state = CoreWorld.state([("/p", 1)])
        guard case .request(.loadProjects(let asked, _))? = state.type("/state:lost x\n").first else {
            Issue.record("nothing was asked for")
            return
        }
        #expect(asked.state == "lost" && asked.words == "x")
        _ = state.type("/")
        _ = state.handle(.key(.control("u")))
        _ = state.type("state:no\n")
        #expect(state.message?.isTrouble == true)
    }

    /// No escape sequence in any text from outside reaches a frame.
    @Test func nothingFromOutsideSpeaksToTheTerminal() {
        let evil = "\u{1B}]52;c;eA==\u{7}\u{9B}31m\u{202E}x\u{1B}[6n\u{1B}P$qm\u{1B}\\\u{1B}]8;;h\u{1B}\\\n\u{8}"
        var state = CoreWorld.state([("/p\(evil)", 1)], owner: "Bob\(evil)")
        _ = state.handle(.told(CoreWorld.session(0, project: "/p\(evil)", owner: evil, title: evil), isNew: true))
        var frames = [state.frame]
        _ = state.type("tr\(evil.filter { $0 != "\n" })\n")
        _ = state.handle(.transcript(.text(evil + evil), reading: state.readings))
        frames.append(state.frame)
        _ = state.handle(.failed(evil))
        _ = state.handle(.notice(evil))
        frames.append(state.frame)
        _ = state.handle(.disconnected(evil))
        frames.append(state.frame)
        for line in frames.flatMap(\.lines) {
            #expect(
                !line.text.unicodeScalars.contains {
                    $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
                }, "\(line)")
        }
    }

    /// With any keys and any size, each line is exactly as wide as the screen, and nothing traps.
    @Test func eachFrameFitsItsScreen() {
        var random = SystemRandomNumberGenerator()
        let counts: [(String?, Int)] = [("/日本/very/long/project/path/that/does/not/fit", 300), (nil, 5), ("/z", 0)]
        let keys: [Key] =
            "jkgGlhz]tcnse/xfoar?qy日 A".map { .character($0) }
            + [
                .up, .down, .pageUp, .pageDown, .enter, .escape, .end, .home, .backspace, .paste("x\ny"),
                .click(row: 3),
            ]
        var state = CoreWorld.state(counts)
        for _ in 0..<3_000 {
            let key = keys.randomElement(using: &random) ?? .up
            if Bool.random() && Bool.random() {
                let size = Size(columns: .random(in: 1...150), rows: .random(in: 1...50))
                CoreWorld.answer(state.handle(.size(size)), &state, counts)
            }
            var effects = state.handle(.key(key))
            for case .request(.loadProjects(_, let generation)) in effects {
                effects += state.handle(.projects(CoreWorld.projects(counts), generation: generation))
            }
            if Bool.random() { CoreWorld.answer(effects, &state, counts) }
            let frame = state.frame
            #expect(frame.lines.count == state.size.rows)
            #expect(frame.lines.allSatisfy { Cells.width($0.text) == state.size.columns }, "\(state.size) \(key)")
        }
    }

    @Test func transcriptsKeepTheirEndAndFollow() {
        var pane = TranscriptPane(session: CoreWorld.session(1), view: .terminal, reading: 1, width: 10)
        pane.append("one\ntwo thr")
        #expect(pane.rows == ["one", "two thr"])
        pane.append("ee four\n")
        #expect(pane.rows == ["one", "two three ", "four"])
        for at in 0..<12_000 { pane.append("line \(at)\n") }
        #expect(pane.isCut && pane.rows.count <= 5_001 && pane.rows.last == "line 11999")
        #expect(pane.visible(3).last == "line 11999")
        pane.scroll(-5, height: 3)
        let seen = pane.visible(3)
        pane.append("more\n")
        #expect(Array(pane.visible(3)) == Array(seen))
        pane.goToEnd()
        #expect(pane.visible(3).last == "more")
        // An endless line is split.
        pane.append(String(repeating: "x", count: 100_000))
        #expect(pane.rows.count < 20_000)
        for _ in 0..<3_000 { pane.append(String(repeating: "y", count: 3_000) + "\n") }
        #expect(pane.rows.reduce(0) { $0 + $1.utf8.count } <= TranscriptPane.mostBytes * 3 / 2)
    }

    @Test(arguments: [5, 7, 19, 20, 21, 40, 200])
    func aTranscriptKeepsItsPlaceWhenTheScreenChanges(columns: Int) throws {
        var pane = TranscriptPane(session: CoreWorld.session(1), view: .terminal, reading: 1, width: 20)
        for at in 0..<400 {
            pane.append("line \(at) " + String(repeating: "x", count: at % 7 * 9) + "\n")
        }
        pane.append("open " + String(repeating: "y", count: 60))
        pane.goToStart()
        pane.scroll(300, height: 10)
        while !pane.visible(10)[pane.top ?? 0].hasPrefix("line ") { pane.scroll(1, height: 10) }
        let first = try #require(pane.visible(10).first)
        let seen = String(first.prefix(9))
        pane.resize(to: columns)
        #expect(pane.visible(10).prefix(2).joined().hasPrefix(seen), "\(pane.visible(10))")
        pane.resize(to: 20)
        let again = try #require(pane.visible(10).first)
        #expect(again.hasPrefix(seen), "\(again)")
        pane.goToEnd()
        pane.resize(to: columns)
        #expect(pane.top == nil)
    }

    @Test func enterSaysWhyASessionIsNotAttached() {
        var state = CoreWorld.state([("/a", 2), ("/b", 2)], owner: "Bob")
        _ = state.type("j")
        #expect(state.browser.selectedSession?.sessionID == "s1")
        #expect(state.type("\n").isEmpty && state.browser.selectedSession?.sessionID == "s1")
        #expect(state.frame.lines[23].text.contains("it is Bob's: t reads it"))
        // To unfold what is unfolded moves nothing, either.
        _ = state.type("l")
        #expect(state.browser.selectedSession?.sessionID == "s1")

        var own = CoreWorld.state([("/a", 2)])
        var ended = CoreWorld.session(0, project: "/a", status: "closed")
        ended.closedAt = ended.lastActivity
        _ = own.handle(.told(ended, isNew: false))
        #expect(own.type("\n").isEmpty && own.browser.selectedSession?.sessionID == "s0")
        #expect(own.frame.lines[23].text.contains("it has ended: t reads it"))
        _ = own.type("j")
        guard case .action(.attach("s1"))? = own.type("\n").first else {
            Issue.record("it is not attached")
            return
        }
        // The heading folds and unfolds.
        _ = own.type("kk\n")
        #expect(own.browser.rowCount == 1)
        _ = own.type("\n")
        #expect(own.browser.rowCount == 3)
    }

    @Test(.timeLimit(.minutes(1))) func aLongPasteIntoAQuestionIsShownAtOnce() {
        var state = CoreWorld.state([("/p", 1)])
        _ = state.type("s")
        _ = state.handle(.key(.paste(String(repeating: "界e\u{301}x", count: 6_000) + "end")))
        for _ in 0..<20 {
            _ = state.handle(.key(.left))
            let line = state.frame.lines[23].text
            #expect(Cells.width(line) == 80 && line.contains("Type into") && line.contains("界e\u{301}x"), "\(line)")
        }
        #expect(state.frame.cursor.map { $0.column <= 79 } == true)
    }

    @Test func plainCommandsAreRead() {
        #expect(PlainCommand.reading("3") == .show(3) && PlainCommand.reading("READ 2") == .read(2, .terminal))
        #expect(PlainCommand.reading("send 1 two words") == .send(1, "two words"))
        #expect(PlainCommand.reading("list state:active x") == .list("state:active x"))
        for wrong in ["", "send 1", "read", "read x", "dance", "end"] {
            guard case .unclear = PlainCommand.reading(wrong) else {
                Issue.record("\(wrong)")
                continue
            }
        }
    }
}
