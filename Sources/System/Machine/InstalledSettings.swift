import TCSettings

extension Installation {
    /// The context in which the settings of this installation are read: root reads its secrets.
    var settingsContext: ProcessContext {
        let folder = realPath(layout.folders.settings)
        return ProcessContext(
            environment: [
                "TELECLAUDE_CONFIG_PATH": "\(folder)/config.yml", "TELECLAUDE_SECRETS_PATH": "\(folder)/secrets.yml",
            ], home: nil, uid: 0)
    }

    /// Checks the settings by which the daemon will start. Call it before programs are replaced, because new ones may refuse what the old
    /// ones took. Settings that are not there are written by the installation.
    ///
    /// - Throws: `SettingsError` if the daemon would refuse them.
    package func checkSettings() throws(SettingsError) {
        do throws(SettingsError) {
            _ = try LoadedSettings.load(settingsContext, for: .daemon)
        } catch {
            // A root for another machine may lie in a folder of somebody who could not change the settings there.
            let isOfOthers = [SettingsError.Code.foreignOwner, .writableByOthers].contains(error.code)
            guard error.code == .missing || isOfOthers && !root.isMachine else { throw error }
        }
    }
}
