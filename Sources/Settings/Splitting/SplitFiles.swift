extension SettingsSplit {
    /// Makes the files below a folder. Each has its mode from the beginning.
    ///
    /// - Throws: `SettingsError` if one of the files exists already or can't be written. Nothing is left behind then.
    package func write(into folder: String) throws(SettingsError) {
        var made = Made()
        do throws(SettingsError) {
            for file in files {
                let path = "\(folder)/\(file.target.file)"
                for above in folders(above: path) where !FileSystem.exists(above) {
                    try made.folder(above, for: file.target)
                }
                try made.file(path, mode: file.target.mode, file.text)
            }
        } catch {
            made.undo()
            throw error
        }
    }

    /// Returns the folders above a path: `/srv` and `/srv/split` for `/srv/split/config.yml`.
    private func folders(above path: String) -> [String] {
        let parts = path.split(separator: "/").dropLast()
        return parts.indices.map { "/" + parts[...$0].joined(separator: "/") }
    }

    /// The files and folders that were made so far.
    private struct Made {
        private var files: [String] = []
        private var folders: [String] = []

        mutating func folder(_ path: String, for target: SplitItem.Target) throws(SettingsError) {
            do throws(FileSystem.Failure) {
                if try FileSystem.makeFolder(path, mode: 0o755) { folders.append(path) }
            } catch { throw Made.refusal(error, path) }
        }

        mutating func file(_ path: String, mode: UInt32, _ text: String) throws(SettingsError) {
            do throws(FileSystem.Failure) {
                try FileSystem.create(path, mode: mode, text)
                files.append(path)
            } catch {
                if !error.isExisting { FileSystem.removeFile(path) }
                throw Made.refusal(error, path)
            }
        }

        func undo() {
            for path in files { FileSystem.removeFile(path) }
            for path in folders.reversed() { FileSystem.removeFolder(path) }
        }

        private static func refusal(_ failure: FileSystem.Failure, _ path: String) -> SettingsError {
            failure.isExisting
                ? SettingsError(
                    .exists, at: path, "this already exists", remedy: "name another folder with --into, or remove it")
                : SettingsError(
                    .notWritten, at: path, "this can't be written: \(failure)",
                    remedy: "name a folder that you may write to with --into")
        }
    }
}
