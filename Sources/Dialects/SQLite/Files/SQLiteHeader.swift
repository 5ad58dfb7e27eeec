/// The facts in a database's first 100 bytes (https://www.sqlite.org/fileformat2.html, section 1.3).
struct SQLiteHeader {
    static let size = 100
    private static let magic = Array("SQLite format 3\0".utf8)

    let pageSize: Int
    /// The number of pages; `nil` if the program that wrote the file last did not count them ("In-header database size").
    let pageCount: Int?
    let freePages: Int

    /// Reads the bytes; `nil` if they are no such header.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.size, bytes.starts(with: Self.magic) else { return nil }
        func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        let size = Int(bytes[16]) << 8 | Int(bytes[17])
        pageSize = size == 1 ? 65_536 : size
        guard pageSize >= 512, pageSize.nonzeroBitCount == 1 else { return nil }
        let count = number(28)
        pageCount = count > 0 && bytes[24..<28] == bytes[92..<96] ? count : nil
        freePages = number(36)
    }
}
