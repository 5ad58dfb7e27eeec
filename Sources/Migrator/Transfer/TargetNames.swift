import Dialects

/// What things are called in the target: as in the source, but for what the target would cut or keeps in one namespace.
struct TargetNames {
    private let longest: Int
    private let distinguishesCase: Bool
    /// Names of relations that are given, as the target sees them.
    private var taken: Set<String> = []
    private(set) var renames: [Rename] = []

    init(longest: Int, distinguishesCase: Bool = true) {
        self.longest = longest
        self.distinguishesCase = distinguishesCase
    }

    /// The names of all tables, by their names in the source. A name that is too long is cut as the target would cut it, so
    /// that programs which write it in full still find it. Throws when two become one.
    mutating func tables(_ names: [String]) throws(TransferError) -> [String: String] {
        let result = try cutAll(names, kind: "table", of: nil)
        taken.formUnion(result.values.map(key))
        return result
    }

    mutating func columns(of table: String, _ names: [String]) throws(TransferError) -> [String: String] {
        try cutAll(names, kind: "column", of: table)
    }

    /// A free name for an index, or for a constraint that has one behind it: the one it has, or one that is made up.
    mutating func relation(_ given: String?, or words: [String], kind: String, of table: String) -> String {
        let name = given ?? words.joined(separator: "_")
        let wanted = cut(name)
        var result = wanted
        if taken.contains(key(wanted)) && given != nil { result = cut("\(table)_\(name)") }
        var number = 2
        while !taken.insert(key(result)).inserted {
            result = "\(cut(wanted, to: longest - 4))_\(number)"
            number += 1
        }
        if let given, result != given { renames.append(Rename(kind: kind, from: given, to: result)) }
        return result
    }

    /// A name for a check or a foreign key, which needs to differ within its table only.
    mutating func constraint(_ name: String, beside others: inout Set<String>) -> String {
        let wanted = cut(name)
        var result = wanted
        var number = 2
        while !others.insert(key(result)).inserted {
            result = "\(cut(wanted, to: longest - 4))_\(number)"
            number += 1
        }
        return result
    }

    private mutating func cutAll(
        _ names: [String], kind: String, of table: String?
    ) throws(TransferError) -> [String: String] {
        var result: [String: String] = [:]
        var origins: [String: String] = [:]
        for name in names {
            let short = cut(name)
            if let other = origins[key(short)] {
                let prefix = table.map { $0 + "." } ?? ""
                throw .nameCollision(kind: kind + "s", names: [prefix + other, prefix + name], target: short)
            }
            origins[key(short)] = name
            result[name] = short
            if short != name {
                renames.append(Rename(kind: kind, from: (table.map { $0 + "." } ?? "") + name, to: short))
            }
        }
        return result
    }

    /// What two names have in common that are one to the target.
    private func key(_ name: String) -> String { distinguishesCase ? name : name.lowercased() }

    private func cut(_ name: String) -> String { cut(name, to: longest) }

    /// At most so many bytes, whole characters only.
    private func cut(_ name: String, to bytes: Int) -> String {
        guard name.utf8.count > bytes else { return name }
        var scalars = name.unicodeScalars
        var count = name.utf8.count
        while count > bytes, let last = scalars.popLast() { count -= UTF8.width(last) }
        return String(scalars)
    }
}
