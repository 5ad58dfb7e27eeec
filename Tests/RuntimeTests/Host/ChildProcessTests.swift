import Foundation
import Testing

@testable import TCRuntime

struct ChildProcessTests {
    /// Nobody waits without a limit for a program that may never end, and none of it is left behind.
    @Test func aWaitHasALimit() throws {
        let stays = try ChildProcess(["/bin/sleep", "1000"], environment: [:])
        #expect(stays.wait(atMost: .milliseconds(20)) == nil)
        #expect(kill(stays.pid, 0) != 0)
        let ends = try ChildProcess(["/bin/sh", "-c", "exit 3"], environment: [:])
        #expect(ends.wait(atMost: .seconds(60)) == .exit(3))
    }
}
