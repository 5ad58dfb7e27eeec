import Synchronization

/// Carries a receipt into the closure that streams a response. The receipt can be taken once.
final class TranscriptPass: Sendable {
    private let receipt: Mutex<AuditReceipt?>

    init(_ receipt: consuming sending AuditReceipt) { self.receipt = Mutex(receipt) }

    /// Returns the receipt at the first call, and `nil` after that.
    func take() -> AuditReceipt? { receipt.withLock { $0.take() } }
}
