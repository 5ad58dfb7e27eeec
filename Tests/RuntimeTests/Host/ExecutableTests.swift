#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    @testable import TCRuntime

    struct ExecutableTests {
        @Test func afterAnUpgradeTheNewProgramIsMeant() async throws {
            try await withTemporaryFolder { folder in
                #expect(Executable.present("\(folder)/telec (deleted)") == "\(folder)/telec")
                #expect(Executable.present("\(folder)/telec") == "\(folder)/telec")
                try Data().write(to: URL(fileURLWithPath: "\(folder)/telec (deleted)"))
                #expect(Executable.present("\(folder)/telec (deleted)") == "\(folder)/telec (deleted)")
            }
        }
    }
#endif
