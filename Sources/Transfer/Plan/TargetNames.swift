import Dialects

/// What things are called in the target: as in the source, but for what a rule says, what the target would cut, what it keeps
/// for itself, and what would be one name there. Pure: the same names in the same order give the same result.
struct TargetNames {
    private let longest: Int
    private let distinguishesCase: Bool
    private let isLowercase: Bool
    private let reservedPrefix: String?
    /// Names of relations that are given, as the target sees them.
    private var taken: Set<String> = []
    private(set) var renames: [Rename] = []

    /// `reserved`: names that no relation can have, and what none may begin with.
    init(
        longest: Int, distinguishesCase: Bool = true, lowercase: Bool = false, reserved: Set<String> = [],
        reservedPrefix: String? = nil
    ) {
        self.longest = longest
        self.distinguishesCase = distinguishesCase
        isLowercase = lowercase
        self.reservedPrefix = reservedPrefix
        taken = Set(reserved.map(key))
    }

    /// The names of all tables, by their names in the source. A name that is too long is cut as the target would cut it, so
    /// that programs which write it in full still find it.
    mutating func tables(_ names: [String], wanted: [String: String] = [:]) -> [String: String] {
        let fitted = names.map { ($0, unreserved(fitting($0))) }
        let result = assign(fitted, wanted, beside: taken, kind: "table", prefix: "")
        taken.formUnion(result.values.map(key))
        return result
    }

    /// A name that the target itself gives to a relation.
    mutating func reserve(_ name: String) { taken.insert(key(name)) }

    /// `reserved`: names that no column can have.
    mutating func columns(
        of table: String, _ names: [String], wanted: [String: String] = [:], reserved: Set<String> = []
    ) -> [String: String] {
        let fitted = names.map { ($0, fitting($0)) }
        return assign(fitted, wanted, beside: Set(reserved.map(key)), kind: "column", prefix: table + ".")
    }

    /// A free name for a view, an index, or a constraint that has one behind it: the one it has, or one that is made up.
    mutating func relation(_ given: String?, or words: [String], kind: String, of table: String) -> String {
        let name = given ?? words.joined(separator: "_")
        let wanted = unreserved(fitting(name))
        let isTaken = given != nil && taken.contains(key(wanted))
        let result = free(isTaken ? unreserved(fitting("\(table)_\(name)")) : wanted, beside: &taken)
        if let given, result != given { renames.append(Rename(kind: kind, from: given, to: result)) }
        return result
    }

    /// A name for a check or a foreign key, which needs to differ from what else its table is held to: the one it has, or one that
    /// is made up.
    mutating func constraint(
        _ given: String?, or words: [String], of table: String, beside others: inout Set<String>
    ) -> String {
        let result = free(fitting(given ?? words.joined(separator: "_")), beside: &others)
        if let given, result != given {
            renames.append(Rename(kind: "constraint", from: "\(table).\(given)", to: result))
        }
        return result
    }

    /// A name by rule comes first, then those that can stay as they are, then the others, numbered where they would be the same.
    private mutating func assign(
        _ names: [(String, fitting: String)], _ wanted: [String: String], beside reserved: Set<String>, kind: String,
        prefix: String
    ) -> [String: String] {
        var used = reserved
        var result: [String: String] = [:]
        for (name, _) in names {
            if let rule = wanted[name] { result[name] = free(cut(rule, to: longest), beside: &used) }
        }
        for (name, fitting) in names where result[name] == nil && fitting == name && used.insert(key(name)).inserted {
            result[name] = name
        }
        for (name, fitting) in names {
            let short = result[name] ?? free(fitting, beside: &used)
            result[name] = short
            if short != name { renames.append(Rename(kind: kind, from: prefix + name, to: short)) }
        }
        return result
    }

    /// The name itself, or `name_2` and so on: the first that is not used, and is then.
    private func free(_ name: String, beside used: inout Set<String>) -> String {
        var result = name
        var number = 2
        while !used.insert(key(result)).inserted {
            let suffix = "_\(number)"
            result = cut(name, to: longest - suffix.utf8.count) + suffix
            number += 1
        }
        return result
    }

    /// What two names have in common that are one to the target.
    private func key(_ name: String) -> String { distinguishesCase ? name : name.lowercased() }

    /// SQLite alone takes an empty name, as a sheet without a heading leaves one.
    private func fitting(_ name: String) -> String {
        name.isEmpty ? "unnamed" : cut(isLowercase ? name.lowercased() : name, to: longest)
    }

    /// `sqlite_x` as `_sqlite_x`, where the target keeps the former for itself.
    private func unreserved(_ name: String) -> String {
        guard let reservedPrefix, name.lowercased().hasPrefix(reservedPrefix) else { return name }
        return cut("_\(name)", to: longest)
    }

    /// At most so many bytes, whole characters only.
    private func cut(_ name: String, to bytes: Int) -> String {
        guard name.utf8.count > bytes else { return name }
        var scalars = name.unicodeScalars
        var count = name.utf8.count
        while count > bytes, let last = scalars.popLast() { count -= UTF8.width(last) }
        return String(scalars)
    }
}
