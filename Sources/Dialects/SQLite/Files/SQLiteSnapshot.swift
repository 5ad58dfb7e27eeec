import TCSQLite

// Snapshots that several connections share. A file that does not change, because it is a private copy or nobody has it open, is
// the same for all connections. In rollback-journal mode the first reader's SHARED lock keeps writers from committing
// (https://www.sqlite.org/lockingv3.html). In WAL mode each reader sees the commits before its own beginning. Writers are
// therefore held back until all readers have begun.

extension SQLiteConnection {
    func beginSharedSnapshot() throws(DatabaseError) -> SnapshotShare {
        try beginSnapshot()
        do throws(DatabaseError) {
            guard let source = handle.source else { return SnapshotShare(id: "") }
            try holdWritersBack(of: source)
            let snapshot = source.share(
                try fingerprint(of: source), try remarks(on: source), try lockedStatus(of: source))
            sharedSnapshot = snapshot
            isSharing = true
            return snapshot.share
        } catch {
            // The first error is the one to report.
            try? rollback()
            throw error
        }
    }

    func beginSnapshot(joining share: SnapshotShare) throws(DatabaseError) {
        guard let source = handle.source else {
            throw DatabaseError(.other, "a database in memory belongs to one connection, and no other can join it")
        }
        sharedSnapshot = try source.joining(share) { () throws(DatabaseError) in try beginSnapshot() }
    }

    func endSharing() throws(DatabaseError) { stopSharing() }

    /// Forgets the snapshot. To be called before the transaction ends.
    func forgetSharedSnapshot() {
        stopSharing()
        sharedSnapshot = nil
    }

    private func stopSharing() {
        // This comes first, so that nobody joins once the writers continue.
        if isSharing, let sharedSnapshot { handle.source?.stopSharing(sharedSnapshot) }
        isSharing = false
        writersGuard?.close()
        writersGuard = nil
    }

    func confirmSnapshot() throws(DatabaseError) {
        guard let source = handle.source else { return }
        if let change = source.change() { throw change }
        // A plain copy over the file keeps none of SQLite's locks.
        if let status = sharedSnapshot?.status, status.wasWritten(source.file) {
            throw source.file.writtenMeanwhile
        }
    }

    var readingRemarks: [String] {
        guard let sharedSnapshot, let source = handle.source else { return [] }
        return sharedSnapshot.remarks + source.newcomersRemarks + [source.remarkOnMove].compactMap { $0 }
    }

    func sourceFingerprint() throws(DatabaseError) -> String {
        guard let sharedSnapshot else {
            throw DatabaseError(.other, "a fingerprint needs a shared snapshot, and none is open")
        }
        return sharedSnapshot.fingerprint
    }
}

extension SQLiteConnection {
    /// Begins the snapshot again while writers are held back, if that is needed to know which snapshot it is.
    private func holdWritersBack(of source: SQLiteSource) throws(DatabaseError) {
        guard try readsWAL(of: source) else { return }
        try rollback()
        writersGuard = try Self.holdingWritersBack(of: source)
        try beginSnapshot()
    }

    /// Returns whether this connection reads a database in WAL mode that others may write.
    private func readsWAL(of source: SQLiteSource) throws(DatabaseError) -> Bool {
        switch source.way {
        case .inPlace: try queryValue("PRAGMA journal_mode")?.text == "wal"
        case .untouched, .copy: false
        }
    }

    /// Returns a connection that keeps everybody from writing until it is closed. It leaves no trace: the -wal is left to the
    /// programs that write it.
    private static func holdingWritersBack(of source: SQLiteSource) throws(DatabaseError) -> SQLiteConnection {
        let file = source.file
        let handle = try SQLiteHandle(
            file.path, flags: SQLITE_OPEN_READWRITE, path: file.name, options: source.options)
        // BEGIN IMMEDIATE on a read-only handle does not keep writers out.
        guard !handle.isReadOnly else {
            throw DatabaseError(
                .permission, "\(file.name) may not be written by this user, so its writers can't be locked out",
                remedy: "run this as a user who may write the file")
        }
        try handle.leaveWALOnClose()
        let connection = SQLiteConnection(handle)
        try connection.begin()
        return connection
    }

    /// Returns the state of a file in rollback-journal mode; `nil` for any other.
    private func lockedStatus(of source: SQLiteSource) throws(DatabaseError) -> SQLiteFileStatus? {
        switch source.way {
        case .inPlace: try readsWAL(of: source) ? nil : SQLiteFileStatus(of: source.file)
        case .untouched, .copy: nil
        }
    }

    private func fingerprint(of source: SQLiteSource) throws(DatabaseError) -> String {
        switch source.way {
        case .untouched(let quiet): quiet.fingerprint.databaseText
        case .copy(let copy): copy.fingerprint
        case .inPlace where try readsWAL(of: source): try SQLiteWALState(of: handle).fingerprint(of: source.file)
        case .inPlace: try SQLiteFingerprint(of: source.file).databaseText
        }
    }

    private func remarks(on source: SQLiteSource) throws(DatabaseError) -> [String] {
        let name = source.file.name
        switch source.way {
        case .untouched: return []
        case .copy(let copy): return [copy.remark]
        case .inPlace where try readsWAL(of: source):
            return ["other programs can keep writing \(name); its -wal file grows until everything is read"]
        case .inPlace:
            return ["other programs that write \(name) had to wait until everything was read: it is not in WAL mode"]
        }
    }
}
