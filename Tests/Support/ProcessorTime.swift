import TCPOSIX
import Testing

/// Returns the processor time in seconds that the calling thread used while `body` ran. It does not depend on the machine's load.
public func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
}

/// Checks that eight times the size takes at most about eight times the processor time. The factor of three between that and a failure
/// leaves room for noise; work that grows by the square takes 64 times as long.
public func expectLinear(
    from few: Int, _ work: (Int) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    _ = try processorSeconds { try work(few) }
    let less = try processorSeconds { try work(few) }
    let more = try processorSeconds { try work(few * 8) }
    #expect(more < less * 8 * 3, "\(less) s, \(more) s", sourceLocation: sourceLocation)
}
