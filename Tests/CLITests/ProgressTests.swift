import Foundation
import TCTerminal
import TestSupport
import Testing

@Suite("progress")
struct ProgressTests {
    @Test func whatIsWorthLeastGoesFirst() {
        var line = FittedLine()
        line.add("loading", worth: 9)
        line.add("[####----]", worth: 1)
        line.add("50 %", worth: 8)
        line.add("orders", worth: 5)
        #expect(line.text(columns: 80) == "loading  [####----]  50 %  orders")
        #expect(line.text(columns: 32) == "loading  50 %  orders")
        #expect(line.text(columns: 20) == "loading  50 %")
        #expect(line.text(columns: 12) == "loading")
        #expect(line.text(columns: 4) == "load")
    }

    @Test func namesMoveNoCursorAndMayBeWide() {
        var line = FittedLine()
        line.add("表表表", worth: 1)
        #expect(line.text(columns: 6) == "表表表" && line.text(columns: 5) == "表表")
        var hostile = FittedLine()
        hostile.add("a\u{1B}[2Jb\r\n", worth: 1)
        #expect(hostile.text(columns: 80) == "a?[2Jb??")
    }

    /// On a real terminal of this width, the progress stays on one line, which is overwritten.
    @Test(arguments: [40, 80])
    func aTerminalIsNeverFull(columns: Int) async throws {
        try await withSandbox { box in
            let source = try makeSource(
                box,
                """
                CREATE TABLE a_table_with_a_name_that_takes_a_lot_of_room_on_a_line (n INTEGER PRIMARY KEY, t TEXT);
                INSERT INTO a_table_with_a_name_that_takes_a_lot_of_room_on_a_line
                WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200000) SELECT n, 'text ' || n FROM c;
                """)
            let terminal = #"""
                import fcntl, os, pty, struct, sys, termios
                child, terminal = pty.fork()
                if child == 0:
                    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
                    os.execv(sys.argv[2], sys.argv[2:])
                try:
                    while data := os.read(terminal, 65536): sys.stdout.buffer.write(data)
                except OSError: pass
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                """#
            let run = try await box.run(
                Program(inPath: "python3"),
                ["-c", terminal, String(columns), Program.tcMigrate.path, "transfer", source, box("target.db")])
            #expect(run.code == 0, "\(run)")
            let written = run.output.split(separator: "\u{1B}[K").dropFirst()
            let over = written.filter { $0.hasSuffix("\r") && !$0.contains("\n") }.map { $0.dropLast() }
            #expect(!over.isEmpty, "\(run)")
            #expect(over.filter { $0.count >= columns } == [])
        }
    }
}
