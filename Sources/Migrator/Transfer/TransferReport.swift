import Dialects

/// What a transfer did.
public struct TransferReport: Sendable {
    public enum Verdict: String, Sendable {
        /// Every table has as many rows in the target as in the source, and, unless only rows were counted, the same values.
        case verified
        /// At least one has not: nothing was kept.
        case mismatch
    }

    public struct TableReport: Sendable, Equatable {
        public var name: String
        /// Rows that the source counts.
        public var sourceRows: Int
        /// Rows that were read and handed over.
        public var rowsRead: Int
        /// Rows that the target counts.
        public var targetRows: Int
        /// From its first row to its last.
        public var seconds: Double
        /// What is to be said about it: rows without the parent that their foreign key names.
        public var notes: [String] = []

        /// Of all values that were read, and of all that the target gives back, as 32 hexadecimal digits; `nil` when only rows
        /// were counted.
        public var sourceDigest: String?
        public var targetDigest: String?

        public var isMismatch: Bool { sourceRows != targetRows || sourceDigest != targetDigest }
    }

    public var verdict: Verdict { tables.contains(where: \.isMismatch) ? .mismatch : .verified }
    public var tables: [TableReport]
    public var notCarried: [NotCarried]
    public var types: [TypeNote]
    public var renames: [Rename]
    public var seconds: Double
    /// What reading the source meant for others: "other programs that write it wait", and the like.
    public var remarks: [String] = []
}

extension TransferReport {
    /// `{"version": 1, "verdict": …, "tables": […], "not_carried": […], "types": […], "renames": […], "remarks": […],
    /// "seconds": …}`.
    public func json() -> JSON {
        .object([
            ("version", .integer(1)), ("verdict", .string(verdict.rawValue)),
            ("tables", .array(tables.map { $0.json() })),
            ("not_carried", .array(notCarried.map { $0.json() })), ("types", .array(types.map { $0.json() })),
            ("renames", .array(renames.map { $0.json() })), ("remarks", .array(remarks.map(JSON.string))),
            ("seconds", .real(seconds)),
        ])
    }
}

extension TransferReport.TableReport {
    fileprivate func json() -> JSON {
        .object([
            ("name", .string(name)), ("source_rows", .integer(Int64(sourceRows))),
            ("rows_read", .integer(Int64(rowsRead))),
            ("target_rows", .integer(Int64(targetRows))), ("seconds", .real(seconds)),
            ("notes", .array(notes.map(JSON.string))),
        ])
    }
}

extension NotCarried {
    fileprivate func json() -> JSON {
        .object([("kind", .string(kind.rawValue)), ("name", .string(name)), ("reason", .string(reason))])
    }
}

extension TypeNote {
    fileprivate func json() -> JSON {
        .object([
            ("table", .string(table)), ("column", .string(column)), ("declared", .string(declared)),
            ("type", .string(type)),
            ("reason", .string(reason)),
        ])
    }
}

extension Rename {
    fileprivate func json() -> JSON {
        .object([("kind", .string(kind)), ("from", .string(from)), ("to", .string(to))])
    }
}
