import Dialects

/// Recognises errors which say that somebody else uses the target. Its content is then theirs, even in a file that this run
/// has created.
enum OthersAtWork {
    static func isReason(of error: any Error) -> Bool {
        switch error {
        case TransferError.targetNotEmpty, TransferError.unfinished, TransferError.recordGone,
            SchemaTransferError.filled, is UnfinishedTransfer:
            true
        case let error as DatabaseError: error.kind == .locked
        default: false
        }
    }
}
