import Foundation
import TestSupport
import Testing

@testable import TCSettings

/// A folder with settings files for one test.
struct SettingsFolder {
    let path: String

    /// Writes a file, and creates the folders above it.
    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        let file = "\(path)/\(name)"
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try manager.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    /// Returns the context of a user whose home is this folder's `home`, on a machine whose settings are in this folder's `etc`.
    func context(_ environment: [String: String] = [:]) -> ProcessContext {
        ProcessContext(
            environment: environment, home: "\(path)/home", uid: geteuid(), workingFolder: path,
            systemFolder: "\(path)/etc")
    }

    func load(_ environment: [String: String] = [:], for reader: Reader = .client) throws -> LoadedSettings {
        try LoadedSettings.load(context(environment), for: reader)
    }

    /// Returns the error with which loading the settings fails; `nil` if it succeeds.
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

/// Makes a folder to which other users can't write, and removes it afterwards.
func withSettingsFolder<T>(_ body: (SettingsFolder) throws -> T) async throws -> T {
    try await withTemporaryFolder { folder in
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        return try body(SettingsFolder(path: folder))
    }
}
