import Dialects

/// Whether an error says that somebody else uses the target: what is there is theirs, also in a file that this run has made.
enum OthersAtWork {
    static func isReason(of error: any Error) -> Bool {
        switch error {
        case TransferError.targetNotEmpty, TransferError.unfinished, SchemaTransferError.filled, is UnfinishedTransfer:
            true
        case let error as DatabaseError: error.kind == .locked
        default: false
        }
    }
}
