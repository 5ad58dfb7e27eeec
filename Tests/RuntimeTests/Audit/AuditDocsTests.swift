import Foundation
import Synchronization
import TestSupport
import Testing

@testable import TCRuntime

@Suite("docs/audit.md")
struct AuditDocsTests {
    @Test("its few lines of Python check an export", arguments: Backend.available)
    func python(_ backend: Backend) async throws {
        let text = try String(contentsOfFile: AuditDocs.path("audit.md"), encoding: .utf8)
        let program = try #require(text.firstMatch(of: /```python\n((?s:.*?))```/)?.1)
        try await backend.withAuditLog { log, _ in
            try await log.fill(30)
            try await log.recordRefusal(
                .attach, by: ann.inside("\u{2028}\u{7F}"), on: sessionOfBen, reason: "é\u{1}\u{8}\r\n\t\"\\👩‍👩‍👧")
            var lines: [String] = []
            let checkpoint = try #require(try await log.export { lines += $0 })
            let run = try Self.run(String(program), on: lines)
            #expect(run.status == 0 && run.output == "\(checkpoint)\n")
            lines[12] = lines[12].replacing("\"uid\":1000", with: "\"uid\":1002").replacing(
                "\"uid\":1001", with: "\"uid\":1002")
            #expect(try Self.run(String(program), on: lines).status == 1)
            lines.remove(at: 12)
            #expect(try Self.run(String(program), on: lines).status == 1)
        }
    }

    private static func run(_ program: String, on lines: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The input has a few kilobytes, for which a pipe has room.
        try input.fileHandleForWriting.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
