import Foundation
import TestSupport
import Testing

@testable import TCRuntime

/// Tests which process counts as a session's command, and is killed with it.
struct CommandProcessTests {
    /// Runs `body` with a host's folder and a process that may be its command: one of this session, or of another. The process is
    /// ended afterwards, by another signal than a host's. Returns how it has ended.
    private func ending(
        ofThisSession isOurs: Bool = false, _ body: (HostFolder, pid_t) throws -> Void
    ) async throws -> ChildProcess.Ending {
        try await withTemporaryFolder { place in
            let folder = HostFolder(path: place)
            let session = isOurs ? folder.sessionID : "another"
            let child = try ChildProcess(["/bin/sleep", "1000"], environment: [HostSpec.sessionVariable: session])
            try await waitForEnvironment(of: child.pid)
            try body(folder, child.pid)
            kill(child.pid, SIGTERM)
            return child.wait()
        }
    }

    /// Linux lets a process's parent go on before the process's environment can be read.
    private func waitForEnvironment(of pid: pid_t) async throws {
        guard ProcessFacts.areTold else { return }
        for _ in 0..<1000 where HostFolder.read("/proc/\(pid)/environ")?.isEmpty != false {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The environment is the command's own affair (`env -i`).
    @Test func aCommandIsKnownByItsBeginning() async throws {
        let end = try await ending { folder, pid in
            folder.noteCommand(pid, in: nil)
            #expect(folder.command()?.isThere == true)
            folder.command()?.end()
        }
        #expect(end == .signal(SIGKILL))
    }

    /// The command was killed, and a stranger has got its id.
    @Test func aStrangerWithItsIDIsLeftAlone() async throws {
        let end = try await ending { folder, pid in
            let command = CommandProcess(pid: pid, began: "1", sessionID: folder.sessionID)
            #expect(!command.isThere)
            command.end()
        }
        #expect(end == .signal(SIGTERM))
    }

    /// A host of an older version has noted the id alone. The command is then known by its environment.
    @Test(arguments: [true, false]) func aRecordOfAnOlderVersionWorks(isOurs: Bool) async throws {
        let end = try await ending(ofThisSession: isOurs) { folder, pid in
            try folder.note(String(pid), in: folder.pid)
            #expect(folder.command()?.isThere == isOurs)
            folder.command()?.end()
        }
        #expect(end == .signal(isOurs ? SIGKILL : SIGTERM))
    }

    /// An earlier command's record says nothing about another process, and a record that names no process names none.
    @Test func whatIsNotTheProcessOfTheRecord() async throws {
        try await withTemporaryFolder { place in
            let folder = HostFolder(path: place)
            folder.noteCommand(getpid(), in: "%0")
            #expect(folder.command()?.began != nil && folder.command()?.isThere == true)
            try folder.note("\(getpid() + 1)", in: folder.pid)
            #expect(folder.command()?.began == nil)
            for text in ["0", "-1", "x", ""] {
                try folder.note(text, in: folder.pid)
                #expect(folder.command() == nil)
            }
        }
    }
}
