/// Reads the files of an existing install.
struct SplitSources {
    let context: ProcessContext

    init(_ context: ProcessContext) { self.context = context }

    func read(_ install: LegacyInstall) throws(SettingsError) -> Splitter.Sources {
        var sources = Splitter.Sources()
        if let path = install.config {
            var root = try yaml(path)
            if let file = install.experiments, let items = try yaml(file)["experiments"]?.list {
                root.append(items, to: "experiments")
            }
            sources.config = Layer(.single, absolutePaths(root, path), path: path)
        }
        if let path = install.dotenv {
            sources.dotenv = (try DotEnv(parsing: text(path), path: path, environment: context.environment), path)
        }
        if let path = install.global { sources.global = Layer(.single, try yaml(path), path: path) }
        if let path = install.credentials { sources.credentials = Layer(.secrets, try yaml(path), path: path) }
        for (folder, path) in install.people {
            sources.people.append((folder, Layer(.user, try yaml(path), path: path)))
        }
        return sources
    }

    private func yaml(_ path: String) throws(SettingsError) -> SettingsValue {
        try YAMLFile.parse(try text(path), path: path)
    }

    /// Reads a file. If root runs the split, the file is trusted as its owner would trust it.
    private func text(_ path: String) throws(SettingsError) -> String {
        let owner = context.uid == 0 ? (try? FileSystem.facts(of: path))?.owner : nil
        guard let file = try TrustedFile.read(path, by: owner ?? context.uid) else {
            throw SettingsError(.missing, at: path, "this file has gone", remedy: "try again")
        }
        return file.text
    }

    /// Makes the path of a SQLite file absolute. It is relative to the settings file, and would mean something else in a file
    /// elsewhere.
    private func absolutePaths(_ root: SettingsValue, _ file: String) -> SettingsValue {
        guard case .map(var members) = root.content, let at = members.firstIndex(where: { $0.name == "database" }),
            case .map(var parts) = members[at].value.content, let path = parts.firstIndex(where: { $0.name == "path" }),
            let text = parts[path].value.text, !text.hasPrefix("/"), !text.hasPrefix("~"), !text.hasPrefix("$")
        else { return root }
        parts[path].value.content = .scalar(Scalar(text: "\(Places.folder(of: file))/\(text)", style: .doubleQuoted))
        members[at].value.content = .map(parts)
        return SettingsValue(.map(members), line: root.line)
    }
}
