// Checks of the class in which SQLite stores a value: `typeof(v) = 'integer'`. A column of PostgreSQL has one type, and a constant class.

extension SQLiteExpressionTranslation {
    /// - Throws: `Untranslatable` if a check asks for a class that no value has in the target, where it would refuse them all.
    func requireClasses(in check: SQLiteTree, negated isNegated: Bool = false) throws(Untranslatable) {
        switch check {
        case .unary("NOT", let operand): try requireClasses(in: operand, negated: !isNegated)
        case .binary("AND", let left, let right), .binary("OR", let left, let right):
            try requireClasses(in: left, negated: isNegated)
            try requireClasses(in: right, negated: isNegated)
        case .binary(let sign, .call("typeof", let arguments), .string(let name)),
            .binary(let sign, .string(let name), .call("typeof", let arguments)):
            guard ["=", "IS", "<>", "IS NOT"].contains(sign) else { return }
            let isOther = sign == "<>" || sign == "IS NOT"
            try requireClass(of: arguments, among: [name], negated: isNegated != isOther)
        case .isIn(.call("typeof", let arguments), let items, let isOut):
            var names: [String] = []
            for case .string(let name) in items { names.append(name) }
            guard names.count == items.count else { return }
            try requireClass(of: arguments, among: names, negated: isNegated != isOut)
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row, .query,
            .exists, .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            break
        }
    }

    private func requireClass(
        of arguments: [SQLiteTree], among names: [String], negated isNegated: Bool
    ) throws(Untranslatable) {
        guard arguments.count == 1, names != ["null"], let piece = try? piece(arguments[0]),
            let classes = Self.classes(of: piece), classes.allSatisfy({ names.contains($0) == isNegated })
        else { return }
        throw Untranslatable(
            "it asks by typeof() for a class that no value has in the target: it would refuse them all")
    }

    /// Returns the classes that typeof() yields for values of a piece, other than NULL; `nil` if the piece does not tell.
    private static func classes(of piece: Piece) -> [String]? {
        switch piece.kind {
        case .null: return nil
        case .integer, .boolean: return ["integer"]
        case .text: return piece.isDynamic ? nil : ["text"]
        case .native: return ["text"]
        case .bytes: return ["blob"]
        case .number:
            switch piece.storage {
            case .real: return ["real"]
            case .integer: return ["integer", "real"]
            case .unknown: return nil
            }
        }
    }
}
