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

    /// As where a parent ignores the ends of its children (waitpid(2), ECHILD).
    @Test func anEndThatNobodyCanTellIsAFailure() throws {
        let child = try ChildProcess(["/bin/sh", "-c", "exit 0"], environment: [:])
        var status: Int32 = 0
        #expect(waitpid(child.pid, &status, 0) == child.pid)
        #expect(child.poll() == .unknown && child.wait() == .unknown && child.state() == .ended(.unknown))
        #expect(child.wait(atMost: .seconds(60))?.code == 255)
    }
}
