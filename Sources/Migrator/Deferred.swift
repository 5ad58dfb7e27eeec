import Synchronization

/// A value that is computed once, when it is first asked for; whoever asks meanwhile waits for it.
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

    /// Computes it beside what the caller does next.
    func begin() { Task.detached { _ = self.value } }
}
