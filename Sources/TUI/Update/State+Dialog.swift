import TCRuntime

extension State {
    /// Handles a key while a dialog is open.
    mutating func answer(_ key: Key) -> [Effect] {
        switch dialog {
        case .line(var prompt)?:
            if prompt.edit(key) {
                dialog = .line(prompt)
            } else if key == .enter {
                dialog = nil
                return finish(prompt)
            } else if key == .escape {
                dialog = nil
                return say("not done")
            }
        case .question(_, let action)?:
            guard case .character(let letter) = key else {
                if key == .escape { dialog = nil }
                return []
            }
            dialog = nil
            return letter == "y" || letter == "Y" ? [.action(action)] : say("not done")
        case .notice?: if key == .enter || key == .escape || key == .character(" ") { dialog = nil }
        case nil: break
        }
        return []
    }

    private mutating func finish(_ prompt: Prompt) -> [Effect] {
        let text = prompt.text
        switch prompt.purpose {
        case .search: return search(text)
        case .reason(let session, let view):
            guard !text.allSatisfy(\.isWhitespace) else {
                return say("reading somebody else's session requires a reason", isTrouble: true)
            }
            return read(session, view, reason: text)
        case .send(let id): return [.action(.send(id, text: text))]
        case .title:
            guard text.contains(where: { !$0.isWhitespace }) else {
                return say("a session needs a title", isTrouble: true)
            }
            ask("Folder to work in", .folder(title: text), browser.selectedProject ?? folder)
        case .folder(let title):
            let folder = text.isEmpty ? self.folder : text
            ask("Agent, or !command; empty is your usual agent", .command(title: title, folder: folder))
        case .command(let title, let folder): return start(title, folder, text)
        }
        return []
    }

    private mutating func search(_ text: String) -> [Effect] {
        guard let query = ListQuery(typed: text, order: query.order) else {
            return say("state is one of \(ListQuery.states.joined(separator: ", "))", isTrouble: true)
        }
        return change { $0 = query }
    }

    private mutating func start(_ title: String, _ folder: String, _ text: String) -> [Effect] {
        message = Message(text: "starting \(title) …")
        return [.action(.start(NewSession(title: title, project: folder, typed: text)))]
    }
}
