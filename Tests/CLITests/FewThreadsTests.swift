#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    /// Tests programs whose user may have few processes and threads. No limit holds for root.
    @Suite("a program that gets no threads", .enabled(if: TestUser.areWanted, TestUser.skipReason))
    struct FewThreadsTests {
        @Test("says so at once, instead of waiting for them for ever")
        func limited() async throws {
            try await withSandbox { box in
                try await box.withUsers(["few"]) { users in
                    let program = try await box.published(.tcMigrate)
                    for limit in 1...3 {
                        let script = "ulimit -u \(limit); exec '\(program.path)' --version"
                        let run = try await box.run(as: users[0], Program(inPath: "bash"), ["-c", script])
                        #expect(run.ending == .exit(2) && run.error.contains("ulimit -u"), "\(run)")
                    }
                    let script = "ulimit -u 60; exec '\(program.path)' --version"
                    let run = try await box.run(as: users[0], Program(inPath: "bash"), ["-c", script])
                    #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
                }
            }
        }
    }
#endif
