import Dialects
import TCSystem
import TCTerminal

/// The steps of a run, for people and for programs. The same words describe a step before the run and after it.
struct StepTexts {
    let rights: RightsText

    func text(_ step: SystemStep, showsContents: Bool) -> String {
        let lines = showsContents ? step.difference.map { "    \($0)" } : []
        return ([line(step)] + lines).joined(separator: "\n")
    }

    private func line(_ step: SystemStep) -> String {
        switch step {
        case .makeAccount(let name): "create the user and the group \(name): no password, no shell, no home"
        case .removeAccount(let name): "remove the user and the group \(name)"
        case .makeFolder(let entry): "create \(entry.path)/ (\(rights.of(entry)))"
        case .write(let entry, _, let was): "\(was == nil ? "write" : "change") \(entry.path) (\(rights.of(entry)))"
        case .copy(let entry, let source, _, let isNew):
            "\(isNew ? "copy" : "replace") \(entry.path) (\(rights.of(entry))) from \(source)"
        case .link(let entry, let target): "link \(entry.path) to \(target)"
        case .change(let entry, let was): "set \(entry.path) to \(rights.of(entry)); it is now \(rights.of(was))"
        case .remove(let path): "remove \(path)"
        case .removeFolder(let path): "remove \(path)/, which is empty"
        case .removeTree(let path): "remove \(path)/ and everything in it"
        case .run(let words): "run \(words.joined(separator: " "))"
        }
    }

    func document(_ step: SystemStep) -> JSON {
        var fields: [(key: String, value: JSON)] = [
            ("do", .string(word(step))), ("path", step.path.map { .string($0) } ?? .null),
            ("text", .string(line(step))), ("difference", .array(step.difference.map { .string($0) })),
        ]
        if let entry = step.entry { fields.append(("rights", .string(rights.of(entry)))) }
        return .object(fields)
    }

    private func word(_ step: SystemStep) -> String {
        switch step {
        case .makeAccount: "make_account"
        case .removeAccount: "remove_account"
        case .makeFolder: "make_folder"
        case .write: "write"
        case .copy: "copy"
        case .link: "link"
        case .change: "change"
        case .remove: "remove"
        case .removeFolder: "remove_folder"
        case .removeTree: "remove_tree"
        case .run: "run"
        }
    }
}
