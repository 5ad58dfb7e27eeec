/// Reads the files, merges their layers, and makes typed settings from them.
struct Loading {
    let context: ProcessContext
    let reader: Reader
    private let places: Places
    private var layers: [Layer] = [Defaults.layer]
    private var files: [String] = []
    private var filesWithSecrets: Set<String> = []
    private var remarks: [Remark] = []
    private var secretsAreHidden = false

    init(_ context: ProcessContext, _ reader: Reader) throws(SettingsError) {
        self.context = context
        self.reader = reader
        places = try Places.find(context)
    }

    consuming func load() throws(SettingsError) -> LoadedSettings {
        switch places.mode {
        case .singleUser: try readSingle()
        case .system: try readSystem()
        }
        let environment = EnvironmentKeys.layer(context.environment, variables: namesOfVariables)
        layers.append(environment)
        remarks += EnvironmentKeys.remarks(context.environment) + LayerChecks.unknown(environment.withoutVariables)
        let effective = EffectiveSettings(try interpolated())
        try LayerChecks.checkKinds(effective)
        try DatabaseKeys.check(layers, context.environment)
        if reader == .client { try PreferenceLimits.check(effective) }
        let typed = TypedSettingsReader(effective: effective, places: places, context: context)
        let settings = try typed.settings()
        return LoadedSettings(
            settings: settings, files: files, remarks: remarks + typed.remarks(settings),
            filesWithSecrets: filesWithSecrets, effective: effective)
    }

    // MARK: - Files

    private mutating func readSingle() throws(SettingsError) {
        let file = try read(places.settings)
        if file == nil && places.isNamed { throw missing(places.settings) }
        if let file {
            var root = try YAMLFile.parse(file.text, path: file.path)
            if let experiments = try readExperiments() { root.append(experiments, to: "experiments") }
            let layer = Layer(.single, root, path: file.path)
            if LayerChecks.holdsSecret(layer), let remark = file.remarkIfReadable { remarks.append(remark) }
            add(layer, of: file.path)
        }
        if let path = places.dotenv, let file = try read(path) {
            if let remark = file.remarkIfReadable { remarks.append(remark) }
            let parsed = try DotEnv(parsing: file.text, path: path, environment: context.environment)
            remarks += parsed.skippedLines.map { Remark("this line is skipped: write NAME=value", at: "\(path):\($0)") }
            add(Layer(parsed, path: path), of: path)
        }
    }

    /// Reads further experiments, which the existing install keeps in a file of their own.
    private mutating func readExperiments() throws(SettingsError) -> [SettingsValue]? {
        guard let file = try read("\(Places.folder(of: places.settings))/experiments.yml") else { return nil }
        return try YAMLFile.parse(file.text, path: file.path)["experiments"]?.list
    }

    private mutating func readSystem() throws(SettingsError) {
        guard let file = try read(places.settings) else { throw missing(places.settings) }
        let system = Layer(.system, try YAMLFile.parse(file.text, path: file.path), path: file.path)
        if let mode = system.leaves.first(where: { $0.key == Key("mode") }), mode.value.scalar?.text != "system" {
            throw SettingsError(
                .wrongMode, at: mode.place, "this file belongs to a system-wide installation, but sets another mode",
                remedy: "write mode: system, or leave it out")
        }
        add(system, of: file.path)
        try readSecrets()
        try readCredentials()
        switch reader {
        case .daemon: break
        case .client: try readUser()
        }
    }

    private mutating func readSecrets() throws(SettingsError) {
        guard let path = places.secrets else { return }
        let file: TrustedFile?
        do throws(SettingsError) { file = try read(path) } catch {
            guard error.code == .forbidden else { throw error }
            // The service manager has read the file for the daemon, so only root needs to be able to read it.
            if let folder = places.credentialsFolder, FileSystem.exists("\(folder)/secrets.yml") { return }
            // A client works without secrets: only the daemon needs them.
            guard reader == .client else { throw error }
            secretsAreHidden = true
            remarks.append(Remark("you may not read this file: it is ignored", at: path))
            return
        }
        guard let file else { return }
        if let remark = file.remarkIfReadable { remarks.append(remark) }
        add(Layer(.secrets, try YAMLFile.parse(file.text, path: path), path: path), of: path)
    }

    /// Reads the credentials that systemd passes: `secrets.yml`, and files that are each named after a secret and contain only
    /// its value.
    private mutating func readCredentials() throws(SettingsError) {
        guard let folder = places.credentialsFolder else { return }
        var layer = Layer(name: .credentials)
        for name in try names(in: folder) {
            let (path, key) = ("\(folder)/\(name)", Key(name))
            // A name of nothing but dots is no key.
            if key.parts.isEmpty { continue }
            if let kind = (try? FileSystem.facts(of: path))?.kind, kind != .file { continue }
            guard let file = try read(path) else { continue }
            if name == "secrets.yml" {
                layer.leaves += Layer(.credentials, try YAMLFile.parse(file.text, path: path), path: path).leaves
            } else {
                let text = file.text.hasSuffix("\n") ? String(file.text.dropLast()) : file.text
                layer.leaves.append(Layer.Leaf(key: key, value: SettingsValue(text: text, line: 1), place: path))
            }
        }
        add(layer, of: nil)
    }

    private func names(in folder: String) throws(SettingsError) -> [String] {
        do throws(FileSystem.Failure) { return try FileSystem.list(folder) } catch {
            throw SettingsError(
                .unreadable, at: folder, "the folder of credentials can't be read: \(error)",
                remedy: "unset CREDENTIALS_DIRECTORY, or let this program read it")
        }
    }

    private mutating func readUser() throws(SettingsError) {
        if context.variable("TELECLAUDE_USER_CONFIG_PATH") == nil { try context.requireOwnHome() }
        guard let path = places.user, let file = try read(path, "TELECLAUDE_USER_CONFIG_PATH") else { return }
        // Clients send these settings to the daemon, which takes no more.
        guard file.text.utf8.count <= ReceivedDocument.longest else {
            throw SettingsError(
                .tooLarge, at: path, "a person's settings are longer than \(ReceivedDocument.longest) bytes",
                remedy: "remove what is not needed")
        }
        let layer = Layer(.user, try YAMLFile.parse(file.text, path: path), path: path)
        try LayerChecks.checkUser(layer)
        add(layer, of: path)
    }

    private mutating func read(
        _ path: String, _ variable: String = "TELECLAUDE_CONFIG_PATH"
    ) throws(SettingsError) -> TrustedFile? {
        let file = try TrustedFile.read(path, by: context.uid, variable: variable)
        if file != nil { files.append(path) }
        return file
    }

    private func missing(_ path: String) -> SettingsError {
        SettingsError(
            .missing, at: path, "there is no such settings file", remedy: "create it, or unset TELECLAUDE_CONFIG_PATH")
    }

    // MARK: - Layers

    private mutating func add(_ layer: Layer, of path: String?) {
        layers.append(layer)
        if let path, LayerChecks.holdsSecret(layer) { filesWithSecrets.insert(path) }
        let referenced = Set(layers.flatMap(\.leaves).flatMap { LayerChecks.references(in: $0.value) })
        remarks += LayerChecks.remarks(layer, referenced: referenced)
    }

    /// The variables that the environment may set: those that a file defines, and the agents' keys.
    private var namesOfVariables: Set<String> {
        let defined = layers.flatMap(\.leaves).filter(\.key.isVariable).map { $0.key.parts[0] }
        let keys = KnownKey.table.compactMap(\.key).filter { $0.isVariable && KnownKey.scope(of: $0) == .secret }
        return Set(defined + keys.map { $0.parts[0] })
    }

    private mutating func interpolated() throws(SettingsError) -> [Layer] {
        let result = try Interpolation.applied(
            to: layers, context.environment, secretsAreHidden: secretsAreHidden)
        remarks += result.remarks
        return result.layers
    }
}
