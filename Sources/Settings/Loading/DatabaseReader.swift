import Dialects

/// Determines the database that the settings name.
struct DatabaseReader {
    let effective: EffectiveSettings
    let places: Places
    let context: ProcessContext

    private enum Engine: String { case sqlite, postgresql }

    private static let parts = ["engine", "path", "host", "port", "dbname", "user", "sslmode"]

    func url() throws(SettingsError) -> DatabaseURL {
        let url = setting("url")
        let given = Self.parts.compactMap(setting)
        let highest = given.map(\.layer).max()
        guard let url else { return given.isEmpty ? try standard() : try fromParts() }
        guard let highest else { return try fromURL(url) }
        if url.layer == highest {
            throw SettingsError(
                .twoDatabases, at: url.place,
                "database has both a url and \(given.map(\.key.description).joined(separator: ", "))",
                remedy: "write either the url or its parts")
        }
        return url.layer > highest ? try fromURL(url) : try fromParts()
    }

    private func setting(_ name: String) -> EffectiveSettings.Setting? {
        effective["database.\(name)"].flatMap { $0.value.isNull ? nil : $0 }
    }

    private func text(_ name: String) -> String? { setting(name)?.value.text }

    private func standard() throws(SettingsError) -> DatabaseURL {
        if let password = setting("password") {
            throw SettingsError(
                .noDatabase, at: password.place, "database has only a password",
                remedy: "write engine, host, dbname and user as well")
        }
        switch places.mode {
        case .system: return DatabaseURL(sqlitePath: "\(SystemFolder.here.state)/teleclaude.db")
        case .singleUser: return DatabaseURL(sqlitePath: "\(try context.userFolder())/teleclaude.db")
        }
    }

    /// Reads the URL. A password of the same layer or of a later one completes it, so that the URL can be in a file that everybody can
    /// read. The password of an earlier layer belongs to the database that this URL replaces.
    private func fromURL(_ setting: EffectiveSettings.Setting) throws(SettingsError) -> DatabaseURL {
        do throws(DatabaseError) {
            let url = try DatabaseURL(parsing: setting.value.text ?? "")
            if let path = url.filePath { return DatabaseURL(sqlitePath: absolute(path, setting)) }
            guard let password = self.setting("password"), password.layer >= setting.layer,
                let text = password.value.text
            else { return url }
            return try url.withPassword(text)
        } catch {
            throw refusal(error, at: setting.place)
        }
    }

    private func fromParts() throws(SettingsError) -> DatabaseURL {
        let engine = text("engine").flatMap(Engine.init) ?? (setting("path") == nil ? .postgresql : .sqlite)
        switch engine {
        case .sqlite:
            try refuse(["host", "port", "dbname", "user", "sslmode"], "SQLite")
            return try sqlite()
        case .postgresql:
            try refuse(["path"], "PostgreSQL")
            return try postgreSQL()
        }
    }

    /// Refuses keys that belong to the other kind of database, unless a later layer than theirs has named the engine.
    private func refuse(_ names: [String], _ kind: String) throws(SettingsError) {
        guard let wrong = names.compactMap(setting).first, setting("engine").map({ $0.layer <= wrong.layer }) ?? true
        else { return }
        throw SettingsError(
            .wrongPart, at: wrong.place, "\(wrong.key) does not belong to a \(kind) database",
            remedy: "remove it, or write another engine")
    }

    private func sqlite() throws(SettingsError) -> DatabaseURL {
        guard let setting = setting("path"), let path = setting.value.text, !path.isEmpty else { return try standard() }
        return DatabaseURL(sqlitePath: absolute(path, setting))
    }

    private func postgreSQL() throws(SettingsError) -> DatabaseURL {
        let parameters = ["host", "port", "dbname", "user", "password", "sslmode"].compactMap { name in
            text(name).map { (keyword: name, value: $0) }
        }
        do throws(DatabaseError) { return try DatabaseURL(postgresql: parameters) } catch {
            throw refusal(error, at: effective.settings(under: "database").first?.place)
        }
    }

    /// Returns an absolute path. A relative path starts at the folder of the file that contains it, so that it means the same
    /// wherever a program is started.
    private func absolute(_ path: String, _ setting: EffectiveSettings.Setting) -> String {
        if path == ":memory:" { return path }
        let isOfFile = setting.place.hasPrefix("/")
        return context.absolute(path, from: isOfFile ? Places.folder(of: setting.place) : nil)
    }

    private func refusal(_ error: DatabaseError, at place: String?) -> SettingsError {
        SettingsError(.databaseURL, at: place, "database: \(error.message)", remedy: error.remedy ?? "correct it")
    }
}
