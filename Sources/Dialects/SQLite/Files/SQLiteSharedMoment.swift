/// A moment of a database that several connections read.
struct SQLiteSharedMoment: Sendable {
    var share: SnapshotShare
    var fingerprint: String
    var remarks: [String]
}

/// Which moment the connections of one source may join now.
struct SQLiteSharing {
    fileprivate var count = 0
    fileprivate var open: SQLiteSharedMoment?
}

extension SQLiteSource {
    /// Lets the other connections of this source join the snapshot that one of them has begun.
    func share(_ fingerprint: String, _ remarks: [String]) -> SQLiteSharedMoment {
        sharing.withLock { sharing in
            sharing.count += 1
            let share = SnapshotShare(id: String(sharing.count))
            let moment = SQLiteSharedMoment(share: share, fingerprint: fingerprint, remarks: remarks)
            sharing.open = moment
            return moment
        }
    }

    /// Runs `begin` while the moment is certainly still shared: whoever ends the sharing waits meanwhile.
    func joining(
        _ share: SnapshotShare, _ begin: () throws(DatabaseError) -> Void
    ) throws(DatabaseError) -> SQLiteSharedMoment {
        try sharing.withLock { sharing throws(DatabaseError) in
            guard let moment = sharing.open, moment.share == share else {
                throw DatabaseError(
                    .other, "the snapshot of \(file.name) is no longer shared",
                    remedy: "end the sharing when every connection has joined")
            }
            try begin()
            return moment
        }
    }

    func stopSharing(_ moment: SQLiteSharedMoment) {
        sharing.withLock { sharing in
            if sharing.open?.share == moment.share { sharing.open = nil }
        }
    }
}
