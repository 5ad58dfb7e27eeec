import Foundation
import TestSupport
import Testing

@testable import TCSettings

/// A folder with settings files of a test's own.
struct SettingsFolder {
    let path: String

    /// Writes a file; what is in its way of folders is made.
    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        let file = "\(path)/\(name)"
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try manager.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    /// The context of a user whose home is `home` in it, on a machine whose own settings are in `etc`.
    func context(_ environment: [String: String] = [:]) -> ProcessContext {
        ProcessContext(
            environment: environment, home: "\(path)/home", uid: geteuid(), workingFolder: path,
            systemFolder: "\(path)/etc")
    }

    func load(_ environment: [String: String] = [:], for reader: Reader = .client) throws -> LoadedSettings {
        try LoadedSettings.load(context(environment), for: reader)
    }

    /// The refusal that loading ends with.
    func refusal(_ environment: [String: String] = [:], for reader: Reader = .client) -> SettingsError? {
        do throws(SettingsError) {
            _ = try LoadedSettings.load(context(environment), for: reader)
            Issue.record("the settings were accepted")
            return nil
        } catch {
            return error
        }
    }
}

/// Makes a folder that others can't write to; it is gone afterwards.
func withSettingsFolder<T>(_ body: (SettingsFolder) throws -> T) async throws -> T {
    try await withTemporaryFolder { folder in
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        return try body(SettingsFolder(path: folder))
    }
}
