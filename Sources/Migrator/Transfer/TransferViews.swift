import Dialects

// Views in the target's words, with the target's names. Each is read over the tables that it names, by way of other views too.

extension TransferPlanner {
    /// A view that reads what stays behind stays behind itself. Names that changed in case only are changed in it, too.
    mutating func views() -> [View] {
        var left = inspection.schema.tables.map(\.name).filter { tableNames[$0] == nil }
        let changed = changedNames
        var read = Dictionary(
            tables.map { (SQLName.folded($0.table.name), [$0.table]) }, uniquingKeysWith: { $0 + $1 })
        return inspection.schema.views.compactMap { view in
            do throws(Untranslatable) {
                if let missing = left.first(where: view.query.mentions) {
                    throw Untranslatable("it reads \(missing), which does not come along")
                }
                var seen: Set<String> = []
                let over = view.query.namesFolded.sorted().flatMap { read[$0] ?? [] }.filter {
                    seen.insert($0.name).inserted
                }
                read[SQLName.folded(view.name)] = over
                let query = try renamed(try source.query(of: view, over: over), changed)
                return View(viewNames[view.name] ?? view.name, as: query)
            } catch {
                left.append(view.name)
                leave(.view, view.name, error.description)
                return nil
            }
        }
    }

    private func renamed(_ query: Expression, _ changed: [String: String]) throws(Untranslatable) -> Expression {
        var query = query
        for (name, target) in changed.sorted(by: { $0.key < $1.key }) where query.mentions(name) {
            guard target == name.lowercased() else {
                throw Untranslatable("it reads \(name), which has another name in the target")
            }
            query = query.renaming(name, to: target)
        }
        return query
    }

    /// Names of tables, columns and views that are others in the target.
    private var changedNames: [String: String] {
        var changed: [String: String] = [:]
        for names in [tableNames, viewNames] + columnNames.values {
            for (name, target) in names where target != name { changed[name] = target }
        }
        return changed
    }
}
