import TCSQLite
import TCPOSIX

extension SQLiteHandle {
    /// Makes collations that only an application knows compare by bytes (https://www.sqlite.org/c3ref/collation_needed.html). A
    /// table in the order of such a collation can then be read from start to end, but it can't be searched and must not be
    /// written.
    func standInForCollations() {
        guard let pointer = try? live() else { return }
        sqlite3_collation_needed(pointer, nil) { _, pointer, _, name in
            sqlite3_create_collation_v2(pointer, name, SQLITE_UTF8, nil, compareBytes, nil)
        }
    }
}

private func compareBytes(
    _: UnsafeMutableRawPointer?, _ length: Int32, _ text: UnsafeRawPointer?, _ otherLength: Int32,
    _ otherText: UnsafeRawPointer?
) -> Int32 {
    let common = Int(min(length, otherLength))
    guard common > 0, let text, let otherText else { return length - otherLength }
    let order = memcmp(text, otherText, common)
    return order == 0 ? length - otherLength : order
}
