import Synchronization

/// A value that is computed once, when it is first read. Another reader waits for a computation that is under way.
final class Deferred<Value: Sendable>: Sendable {
    private let compute: @Sendable () -> Value
    private let computed = Mutex(Value?.none)

    init(_ compute: @escaping @Sendable () -> Value) { self.compute = compute }

    var value: Value {
        computed.withLock { computed in
            if let computed { return computed }
            let value = compute()
            computed = value
            return value
        }
    }

    /// Starts the computation in the background, beside the caller's next work.
    func begin() { Task.detached { _ = self.value } }
}
