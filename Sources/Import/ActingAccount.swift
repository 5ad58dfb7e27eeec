import TCPOSIX

/// An account whose rights root takes on to work with a database. A new file thus belongs to that account from its first moment on,
/// and a server that checks the uid of its clients admits the connection.
package struct ActingAccount: Sendable, Equatable {
    package var uid: UInt32
    package var gid: UInt32
    /// The folder for the account's temporary files. SQLite would choose one by access(2), which goes by the real uid. That uid stays
    /// root's, so the choice could be a folder that only root may use.
    package var temporaryFolder: String

    package init(uid: UInt32, gid: UInt32, temporaryFolder: String) {
        (self.uid, self.gid, self.temporaryFolder) = (uid, gid, temporaryFolder)
    }

    /// Runs `body` with the account's rights, and then restores root's. The whole process has the account's rights in the
    /// meantime (credentials(7)).
    ///
    /// - Throws: ``ImportError`` if this process may not become the account, and the errors of `body`.
    package func act<T>(_ body: () async throws -> T) async throws -> T {
        let groups = try become()
        let result: Result<T, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        try becomeRoot(groups)
        return try result.get()
    }

    /// Runs `body` with the account's rights, or with the process's own if no account is given.
    package static func act<T>(as account: ActingAccount?, _ body: () async throws -> T) async throws -> T {
        guard let account else { return try await body() }
        return try await account.act(body)
    }

    private func become() throws(ImportError) -> [gid_t] {
        var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
        _ = getgroups(Int32(groups.count), &groups)
        // https://www.sqlite.org/tempfiles.html#temporary_file_storage_locations
        setenv("SQLITE_TMPDIR", temporaryFolder, 1)
        guard setgroups(0, nil) == 0, setegid(gid) == 0, seteuid(uid) == 0 else {
            let refusal = Self.refusal
            // Nothing goes on with a part of the account's rights.
            try becomeRoot(groups)
            throw refusal
        }
        return groups
    }

    private func becomeRoot(_ groups: [gid_t]) throws(ImportError) {
        unsetenv("SQLITE_TMPDIR")
        guard seteuid(0) == 0, setegid(getgid()) == 0, setgroups(groups.count, groups) == 0 else { throw Self.refusal }
    }

    private static var refusal: ImportError {
        ImportError(
            "not_root", "switching to another account failed: \(SystemError.last)",
            remedy: "run this as root")
    }
}
