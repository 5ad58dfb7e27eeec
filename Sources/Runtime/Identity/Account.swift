import TCPOSIX

/// An account of this machine, as its name service knows it.
package struct Account: Sendable, Hashable {
    package var uid: UInt32
    /// The id of the account's own group.
    package var gid: UInt32 = 0
    package var name: String
    package var home: String
    package var shell: String

    /// Returns the account of this name; `nil` when there is none. The call may take long where accounts live on a network:
    /// never make it during a request.
    package static func named(_ name: String) -> Account? {
        find { entry, buffer, size, result in getpwnam_r(name, entry, buffer, size, result) }
    }

    /// Returns the account of this uid; `nil` when there is none.
    package static func of(uid: UInt32) -> Account? {
        find { entry, buffer, size, result in getpwuid_r(uid, entry, buffer, size, result) }
    }

    private typealias Lookup = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private static func find(_ lookup: Lookup) -> Account? {
        var size = 1_024
        while size <= 1_048_576 {
            var (entry, result) = (passwd(), UnsafeMutablePointer<passwd>?.none)
            var buffer = [CChar](repeating: 0, count: size)
            let code = lookup(&entry, &buffer, size, &result)
            if code == ERANGE {
                size *= 4
                continue
            }
            guard code == 0, result != nil else { return nil }
            return Account(
                uid: entry.pw_uid, gid: entry.pw_gid, name: String(cString: entry.pw_name),
                home: String(cString: entry.pw_dir),
                shell: String(cString: entry.pw_shell))
        }
        return nil
    }
}
