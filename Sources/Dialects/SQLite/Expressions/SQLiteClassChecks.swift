// Checks of the class in which SQLite stores a value: `typeof(v) = 'integer'`. A column of PostgreSQL has one type, and a constant class.

extension SQLiteExpressionTranslation {
    /// The values that a part of a check accepts, as far as its tests of classes decide it.
    private enum Passing {
        /// Only NULL, because the part tests for the class of NULL.
        case nullOnly
        /// No value, because the part tests for a class that no value has in the target.
        case nothing
        case other
    }

    /// - Throws: `Untranslatable` if a check asks for a class that no value has in the target, where it would refuse them all.
    func requireClasses(in check: ExpressionTree) throws(Untranslatable) {
        switch passing(check, negated: false) {
        case .nullOnly, .other: return
        case .nothing:
            throw Untranslatable(
                "it asks by typeof() for a class that no value has in the target: it would refuse them all")
        }
    }

    private func passing(_ check: ExpressionTree, negated isNegated: Bool) -> Passing {
        switch check {
        case .unary(.not, let operand): return passing(operand, negated: !isNegated)
        case .binary(.and, let left, let right), .binary(.or, let left, let right):
            let parts = [passing(left, negated: isNegated), passing(right, negated: isNegated)]
            if case .binary(.or, _, _) = check, !isNegated { return Self.either(parts) }
            if case .binary(.and, _, _) = check, isNegated { return Self.either(parts) }
            return parts.contains(.nothing) ? .nothing : parts.contains(.nullOnly) ? .nullOnly : .other
        case .binary(.compare(let sign), .call("typeof", let arguments), .string(let name)),
            .binary(.compare(let sign), .string(let name), .call("typeof", let arguments)):
            guard !sign.isOrder else { return .other }
            let isOther = sign == .notEqual || sign == .distinct
            return passing(arguments, among: [name], negated: isNegated != isOther)
        case .isIn(.call("typeof", let arguments), let items, let isOut):
            var names: [String] = []
            for case .string(let name) in items { names.append(name) }
            guard names.count == items.count else { return .other }
            return passing(arguments, among: names, negated: isNegated != isOut)
        case .isNull(_, let isOther): return isNegated == isOther ? .nullOnly : .other
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row, .query,
            .exists, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            return .other
        }
    }

    /// Returns the values that parts joined by OR accept.
    private static func either(_ parts: [Passing]) -> Passing {
        if parts.contains(.other) { return .other }
        return parts.contains(.nothing) ? .nothing : .nullOnly
    }

    private func passing(_ arguments: [ExpressionTree], among names: [String], negated isNegated: Bool) -> Passing {
        guard arguments.count == 1 else { return .other }
        if names == ["null"] { return isNegated ? .other : .nullOnly }
        guard let piece = try? piece(arguments[0]), let classes = Self.classes(of: piece),
            classes.allSatisfy({ names.contains($0) == isNegated })
        else { return .other }
        return .nothing
    }

    /// Returns the classes that typeof() yields for values of a piece, other than NULL; `nil` if the piece does not tell.
    private static func classes(of piece: Piece) -> [String]? {
        switch piece.kind {
        case .null: return nil
        case .integer, .boolean: return ["integer"]
        case .text: return piece.isDynamic ? nil : ["text"]
        case .native: return ["text"]
        case .bytes: return piece.isDynamic ? nil : ["blob"]
        case .number:
            switch piece.storage {
            case .real: return ["real"]
            case .integer: return ["integer", "real"]
            case .unknown: return nil
            }
        }
    }
}
