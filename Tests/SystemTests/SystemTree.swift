import Dialects
import Foundation
import TCSystem
import TestSupport
import Testing

/// Whether this process may change the owners of files. If not, tests that need this are skipped with a message.
let isRoot = geteuid() == 0
let needsRoot: Comment = "owners can be set by root only: run ci/test as root to see what an installation lays down"

/// A folder that serves as the root of a small system, and the actions of an installation in it.
struct SystemTree {
    let folder: String
    let layout: SystemLayout

    /// The path of the root.
    var root: String { "\(folder)/root" }

    /// Runs `body` with a root that has accounts, and with programs beside the root that an installation copies.
    static func with(_ body: (SystemTree) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            for name in ["root/etc", "root/usr/local", "programs"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(name)", withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o755])
            }
            let tree = try SystemTree(folder: folder)
            try tree.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\n")
            try tree.write("/etc/group", "root:x:0:\ndaemon:x:1:\n")
            try tree.write("/etc/shadow", "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n", mode: 0o640)
            try body(tree)
        }
    }

    private init(folder: String) throws {
        self.folder = folder
        let copies = try SystemLayout.Programs.names.map { name in
            let text = "#!/bin/sh\necho \(name) 0.1.0\n"
            try text.write(toFile: "\(folder)/programs/\(name)", atomically: false, encoding: .utf8)
            return SystemLayout.Programs.Copy(
                name: name, source: "\(folder)/programs/\(name)", digest: SHA256.hexadecimal(of: text.utf8))
        }
        layout = SystemLayout(.systemd, programs: .init(folder: "/usr/local/bin", copies: copies))
    }

    func callAsFunction(_ path: String) -> String { root + path }

    func write(_ path: String, _ text: String, mode: Int = 0o644) throws {
        let place = URL(fileURLWithPath: self(path))
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        try text.write(to: place, atomically: false, encoding: .utf8)
        chmod(place.path, mode_t(mode))
    }

    func text(_ path: String) throws -> String { try String(contentsOfFile: self(path), encoding: .utf8) }

    func installation(_ layout: SystemLayout? = nil) throws -> Installation {
        Installation(layout ?? self.layout, in: try RootFolder(root))
    }

    func installSteps(_ layout: SystemLayout? = nil) throws -> [SystemStep] {
        let installation = try installation(layout)
        return try InstallPlan(installation.layout, on: installation.look()).steps()
    }

    func uninstallSteps(purge: Bool) throws -> [SystemStep] {
        try UninstallPlan(layout, on: installation().look(), purge: purge).steps()
    }

    func run(_ steps: some Sequence<SystemStep>) throws {
        let installation = try installation()
        for step in steps { try installation.run(step) }
    }

    func findings() throws -> [Finding] { Finding.all(layout, on: try installation().look()) }

    /// Returns the obstacles that planning reports, one sentence each.
    func objections(_ steps: () throws -> [SystemStep]) -> [String] {
        do {
            _ = try steps()
            return []
        } catch let obstacles as Obstacles {
            return obstacles.all.map(\.message)
        } catch {
            return ["\(error)"]
        }
    }

    /// Returns every path with its kind, owner, group, mode and contents. Two results are equal if nothing has changed.
    func contents() throws -> [String: String] {
        var lines: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            var facts = stat()
            let path = "\(root)/\(name)"
            try #require(lstat(path, &facts) == 0)
            let isLink = facts.st_mode & S_IFMT == S_IFLNK
            let isFile = facts.st_mode & S_IFMT == S_IFREG
            let bytes =
                isFile ? FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } : nil
            let target = isLink ? try FileManager.default.destinationOfSymbolicLink(atPath: path) : ""
            let mode = String(facts.st_mode, radix: 8)
            lines["/" + name] = "\(mode) \(facts.st_uid):\(facts.st_gid) \(target)\(bytes ?? "")"
        }
        return lines
    }

    /// Returns a path's mode in octal, its owner and its group: `mode owner:group`.
    func rights(_ path: String) throws -> String {
        var facts = stat()
        try #require(lstat(self(path), &facts) == 0, "\(path)")
        return "\(String(facts.st_mode & 0o7777, radix: 8)) \(facts.st_uid):\(facts.st_gid)"
    }
}
