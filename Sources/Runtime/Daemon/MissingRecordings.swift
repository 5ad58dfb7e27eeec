import Dialects

/// Recordings that the database knows, and that are not in the state folder: its disk is not mounted, or it is another one.
package enum MissingRecordings {
    /// Requires that the state folder holds recordings if one was ever read into the database's index. A session without a recording, as
    /// of the single-user system, proves nothing.
    ///
    /// - Parameter database: A database of the daemon's. One of an earlier schema has no index, and proves nothing either.
    /// - Throws: `RuntimeError` if there are none; `DatabaseError`.
    package static func refuse(in stateFolder: String, of database: Database) async throws {
        let folder = TranscriptStore.folder(in: stateFolder)
        guard TranscriptStore.isEmpty(folder) else { return }
        let known = try await database.withConnection { connection -> Value? in
            guard try connection.hasTable("transcript_readings") else { return nil }
            return try connection.queryValue("SELECT 1 FROM transcript_readings WHERE read_to > 0 LIMIT 1")
        }
        guard known != nil else { return }
        throw RuntimeError(
            .failed, "\(folder) holds no recordings, but sessions in \(database.url) have some",
            remedy: """
                mount or put back that folder, or restore a backup (telec restore); to go on without them, empty transcript_readings and \
                transcript_passages in the database
                """)
    }
}

extension Services {
    /// Requires that the recording of a session is there, if the index has read it.
    ///
    /// - Throws: `RuntimeError` if it is missing; `DatabaseError`.
    func requireRecording(of session: String) async throws {
        guard !transcripts.holds(session), try await transcriptIndex.progress(of: session)?.readTo ?? 0 > 0 else {
            return
        }
        throw TranscriptPiece.missing
    }
}
