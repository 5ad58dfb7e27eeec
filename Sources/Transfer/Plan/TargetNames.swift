import Dialects

/// Assigns the names of tables, columns, indexes and constraints in the target. They are the source's names, except for names
/// that a rule changes, that the target would cut, that it reserves, or that it could not tell apart. The same names in the same
/// order always give the same result.
struct TargetNames {
    private let longest: Int
    private let distinguishesCase: Bool
    private let isLowercase: Bool
    private let reservedPrefix: String?
    private let endsInHash: Bool
    /// The names of relations that are taken, in the form in which the target compares them.
    private var taken = Used()
    private(set) var renames: [Rename] = []

    /// Creates an assignment. `reserved` are names that no relation may have; `reservedPrefix` is a prefix that none may begin
    /// with. `endsInHash` says that an index's or constraint's name that is too long is shortened as SQLAlchemy does.
    init(
        longest: Int, distinguishesCase: Bool = true, lowercase: Bool = false, reserved: Set<String> = [],
        reservedPrefix: String? = nil, endsInHash: Bool = false
    ) {
        self.longest = longest
        self.distinguishesCase = distinguishesCase
        isLowercase = lowercase
        self.reservedPrefix = reservedPrefix
        self.endsInHash = endsInHash
        taken = Used(names: Set(reserved.map(key)))
    }

    /// Returns the names of all tables, by their names in the source. A name that is too long is cut as the target would cut it,
    /// so that programs which use the full name still find the table.
    mutating func tables(_ names: [String], wanted: [String: String] = [:]) -> [String: String] {
        let fitted = names.map { ($0, unreserved(fitting($0))) }
        var used = taken
        let result = assign(fitted, wanted, beside: &used, kind: "table", prefix: "")
        taken = used
        return result
    }

    /// Reserves a name that the target itself gives to a relation.
    mutating func reserve(_ name: String) { taken.names.insert(key(name)) }

    /// Returns the names of a table's columns, by their names in the source. `reserved` are names that no column may have.
    mutating func columns(
        of table: String, _ names: [String], wanted: [String: String] = [:], reserved: Set<String> = []
    ) -> [String: String] {
        let fitted = names.map { ($0, fitting($0)) }
        var used = Used(names: Set(reserved.map(key)))
        return assign(fitted, wanted, beside: &used, kind: "column", prefix: table + ".")
    }

    /// Returns those names of a view's columns that are written in lower case, by their names in the source: none if two would be one. The
    /// changes of those that are `known` are noted already.
    mutating func columns(ofView view: String, _ names: [String], known: Set<String>) -> [String: String] {
        let lowered = names.map { $0.lowercased() }
        guard isLowercase, Set(lowered).count == names.count else { return [:] }
        let changed = zip(names, lowered).filter { $0 != $1 }
        renames += changed.filter { !known.contains($0.0) }
            .map { Rename(kind: "column", from: "\(view).\($0)", to: $1) }
        return Dictionary(uniqueKeysWithValues: changed)
    }

    /// Returns a free name for a view, for an index, or for a constraint with an index behind it: the given name, or one that is
    /// made from `words`.
    mutating func relation(_ given: String?, or words: [String], kind: String, of table: String) -> String {
        let name = given ?? words.joined(separator: "_")
        // A query that names a view by its full name finds it by the cut one.
        let wanted = unreserved(kind == "view" ? fitting(name) : fittingGiven(given) ?? fitting(name))
        let isTaken = given != nil && taken.names.contains(key(wanted))
        let result = free(isTaken ? unreserved(fitting("\(table)_\(name)")) : wanted, beside: &taken)
        if let given, result != given { renames.append(Rename(kind: kind, from: given, to: result)) }
        return result
    }

    /// Returns a name for a check or a foreign key: the given one, or one that is made from `words`. It has to differ only from
    /// the names of the table's other constraints.
    mutating func constraint(
        _ given: String?, or words: [String], of table: String, beside others: inout Used
    ) -> String {
        let result = free(fittingGiven(given) ?? fitting(words.joined(separator: "_")), beside: &others)
        if let given, result != given {
            renames.append(Rename(kind: "constraint", from: "\(table).\(given)", to: result))
        }
        return result
    }

    /// Assigns names. Names from rules come first, then those that can stay as they are, then the others, which are numbered if
    /// they would be the same.
    private mutating func assign(
        _ names: [(String, fitting: String)], _ wanted: [String: String], beside used: inout Used, kind: String,
        prefix: String
    ) -> [String: String] {
        var result: [String: String] = [:]
        for (name, _) in names {
            if let rule = wanted[name] { result[name] = free(cut(rule, to: longest), beside: &used) }
        }
        for (name, fitting) in names
        where result[name] == nil && fitting == name && used.names.insert(key(name)).inserted {
            result[name] = name
        }
        for (name, fitting) in names {
            let short = result[name] ?? free(fitting, beside: &used)
            result[name] = short
            if short != name { renames.append(Rename(kind: kind, from: prefix + name, to: short)) }
        }
        return result
    }

    /// The names that are in use, in the form in which the target compares them.
    struct Used {
        var names: Set<String> = []
        /// The last number that was appended to each name. The search for a free number starts after it, so that a thousand names which
        /// are cut alike take a thousand tries.
        fileprivate var numbers: [String: Int] = [:]

        init(names: Set<String> = []) { self.names = names }
    }

    /// Returns the first of `name`, `name_2` and so on that is not in use, and marks it as used. A numbered name is one byte
    /// shorter than the limit: PostgreSQL names a table's array type by a `_` before the table's name, and refuses a table if some
    /// dozens of such names would be cut alike.
    private func free(_ name: String, beside used: inout Used) -> String {
        if used.names.insert(key(name)).inserted { return name }
        var number = used.numbers[key(name)] ?? 1
        var result = name
        repeat {
            number += 1
            let suffix = "_\(number)"
            result = cut(name, to: longest - 1 - suffix.utf8.count) + suffix
        } while !used.names.insert(key(result)).inserted
        used.numbers[key(name)] = number
        return result
    }

    /// Returns the form in which the target compares names: SQLite takes the case of ASCII's letters alone for the same.
    private func key(_ name: String) -> String { distinguishesCase ? name : SQLName.folded(name) }

    /// Cuts a name to the target's limit. Only SQLite accepts an empty name, such as a spreadsheet column without a heading
    /// leaves.
    private func fitting(_ name: String) -> String {
        name.isEmpty ? "unnamed" : cut(isLowercase ? name.lowercased() : name, to: longest)
    }

    /// Returns the name that an application gave to an index or constraint, as it finds it in the target. SQLAlchemy writes the first 55
    /// characters of one with more than 63, and the end of its MD5 (`_truncate_and_render_maxlen_name`).
    private func fittingGiven(_ given: String?) -> String? {
        guard let given else { return nil }
        guard endsInHash, given.unicodeScalars.count > longest else { return fitting(given) }
        let end = Hexadecimal.text(MD5.digest(of: given.utf8)).suffix(4)
        return fitting("\(String(given.unicodeScalars.prefix(longest - 8)))_\(end)")
    }

    /// Returns `sqlite_x` as `_sqlite_x`, if the target reserves that prefix.
    private func unreserved(_ name: String) -> String {
        guard let reservedPrefix, name.lowercased().hasPrefix(reservedPrefix) else { return name }
        return cut("_\(name)", to: longest)
    }

    /// Cuts a name to at most this number of bytes, without splitting a character.
    private func cut(_ name: String, to bytes: Int) -> String {
        guard name.utf8.count > bytes else { return name }
        var scalars = name.unicodeScalars
        var count = name.utf8.count
        while count > bytes, let last = scalars.popLast() { count -= UTF8.width(last) }
        return String(scalars)
    }
}

// MARK: - Names from rules

extension TargetNames {
    /// A table or column to which a rule gives a name that is not free.
    struct Conflict: Equatable {
        /// Its name in the source.
        var name: String
        /// The table or column that has the name, by its name in the source; `nil` if the target reserves the name.
        var other: String?
    }

    /// Returns the first table to which a rule gives a name that is not free: the target reserves it, another table keeps it, or a rule
    /// gives it to that one, too.
    func conflict(ofTables names: [String], wanted: [String: String]) -> Conflict? {
        let reserved = wanted.filter { unreserved($0.value) != $0.value || taken.names.contains(key($0.value)) }
        return conflict(names.map { ($0, unreserved(fitting($0))) }, wanted, reserved: Set(reserved.keys))
    }

    /// Returns the first column of a table to which a rule gives a name that is not free. `reserved` are names that no column may have.
    func conflict(ofColumns names: [String], wanted: [String: String], reserved: Set<String>) -> Conflict? {
        let reserved = wanted.filter { reserved.contains($0.value) }
        return conflict(names.map { ($0, fitting($0)) }, wanted, reserved: Set(reserved.keys))
    }

    private func conflict(
        _ names: [(String, fitting: String)], _ wanted: [String: String], reserved: Set<String>
    ) -> Conflict? {
        var owners: [String: String] = [:]
        for (name, fitting) in names where wanted[name] == nil { owners[key(fitting)] = name }
        for (name, _) in names {
            guard let given = wanted[name] else { continue }
            if reserved.contains(name) { return Conflict(name: name, other: nil) }
            if let other = owners.updateValue(name, forKey: key(cut(given, to: longest))) {
                return Conflict(name: name, other: other)
            }
        }
        return nil
    }
}
