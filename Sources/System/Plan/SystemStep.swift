/// One step of a run. The cases stand in an order in which the steps can be carried out.
package enum SystemStep: Sendable, Equatable {
    case makeAccount(String)
    case makeFolder(SystemEntry)
    /// Writes a file. `was` is the earlier text, if the installation had written it.
    case write(SystemEntry, text: String, was: String?)
    case copy(SystemEntry, from: String, digest: String, isNew: Bool)
    case link(SystemEntry, to: String)
    /// Changes the owner, the group and the mode.
    case change(SystemEntry, was: FoundEntry)
    case remove(String)
    /// Removes a folder that is empty by then.
    case removeFolder(String)
    case removeTree(String)
    case removeAccount(String)
    case run([String])

    /// The entry that the step creates or changes; `nil` if the step concerns no entry of the table.
    package var entry: SystemEntry? {
        switch self {
        case .makeFolder(let entry), .write(let entry, _, _), .copy(let entry, _, _, _), .link(let entry, _),
            .change(let entry, _):
            entry
        case .remove, .removeFolder, .removeTree, .makeAccount, .removeAccount, .run: nil
        }
    }

    /// The path that changes; `nil` if the step changes no file.
    package var path: String? {
        switch self {
        case .makeFolder, .write, .copy, .link, .change: entry?.path
        case .remove(let path), .removeFolder(let path), .removeTree(let path): path
        case .makeAccount, .removeAccount, .run: nil
        }
    }

    /// Whether the step puts a program in another one's place.
    package var replacesProgram: Bool { if case .copy(_, _, _, false) = self { true } else { false } }

    /// The lines in which a text changes.
    package var difference: [String] {
        switch self {
        case .write(_, let text, let was): LineDifference.lines(from: was ?? "", to: text)
        case .makeAccount, .makeFolder, .copy, .link, .change, .remove, .removeFolder, .removeTree, .removeAccount,
            .run:
            []
        }
    }
}
