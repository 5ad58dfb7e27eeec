/// A snapshot of a database that several connections read.
struct SQLiteSharedSnapshot: Sendable {
    var share: SnapshotShare
    var fingerprint: String
    var remarks: [String]
    /// The state of a file in rollback-journal mode, which no program that keeps SQLite's locks writes meanwhile; `nil` for others.
    var status: SQLiteFileStatus?
}

/// The snapshot that the connections of one source may join at present.
struct SQLiteSharing {
    fileprivate var count = 0
    fileprivate var open: SQLiteSharedSnapshot?
}

extension SQLiteSource {
    /// Lets the other connections of this source join the snapshot that one of them has begun.
    func share(
        _ fingerprint: String, _ remarks: [String], _ status: SQLiteFileStatus?
    ) -> SQLiteSharedSnapshot {
        sharing.withLock { sharing in
            sharing.count += 1
            let share = SnapshotShare(id: String(sharing.count))
            let snapshot = SQLiteSharedSnapshot(
                share: share, fingerprint: fingerprint, remarks: remarks, status: status)
            sharing.open = snapshot
            return snapshot
        }
    }

    /// Runs `begin` while the snapshot is certainly still shared; an attempt to end the sharing waits meanwhile.
    func joining(
        _ share: SnapshotShare, _ begin: () throws(DatabaseError) -> Void
    ) throws(DatabaseError) -> SQLiteSharedSnapshot {
        try sharing.withLock { sharing throws(DatabaseError) in
            guard let snapshot = sharing.open, snapshot.share == share else {
                throw DatabaseError(
                    .other, "the snapshot of \(file.name) is no longer shared",
                    remedy: "end the sharing only after every connection has joined")
            }
            try begin()
            return snapshot
        }
    }

    func stopSharing(_ snapshot: SQLiteSharedSnapshot) {
        sharing.withLock { sharing in
            if sharing.open?.share == snapshot.share { sharing.open = nil }
        }
    }
}
