import Synchronization

/// Carries a receipt to where an answer is streamed: it is taken once.
final class TranscriptPass: Sendable {
    private let receipt: Mutex<AuditReceipt?>

    init(_ receipt: consuming sending AuditReceipt) { self.receipt = Mutex(receipt) }

    /// The receipt, the first time.
    func take() -> AuditReceipt? { receipt.withLock { $0.take() } }
}
