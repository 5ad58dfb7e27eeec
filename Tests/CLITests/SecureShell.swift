import Foundation
import TestSupport
import Testing

/// A real sshd for one test, on an unused port of 127.0.0.1, for accounts of the test.
struct SecureShell: Sendable {
    fileprivate let box: Sandbox
    fileprivate let port: UInt16

    private var folder: String { "\(box.folder)/ssh" }

    /// Returns a shell command that runs a command over ssh, on a terminal at the far end.
    func command(_ user: TestUser, _ command: String) throws -> String {
        let options = [
            "-F", "none", "-p", "\(port)", "-i", "\(folder)/key", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o",
            "UserKnownHostsFile=\(folder)/known", "-o", "StrictHostKeyChecking=accept-new",
        ]
        return ([try Program(inPath: "ssh").path, "-t"] + options + ["\(user.name)@127.0.0.1", "'\(command)'"])
            .joined(separator: " ")
    }
}

extension SharedMachine {
    /// Runs an sshd that admits these users, and ends it afterwards.
    func withSecureShell(for users: [TestUser], _ body: (SecureShell) async throws -> Void) async throws {
        let folder = "\(box.folder)/ssh"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        chmod(folder, 0o755)
        // This is the folder for sshd's privilege separation. The system creates it only when it starts its own sshd.
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        for name in ["key", "host"] {
            let made = try await box.run(
                Program(inPath: "ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(name)"])
            try #require(made.code == 0, "\(made)")
        }
        for user in users {
            // An account without a password counts as locked. `*` is a password that nothing matches.
            let opened = try await box.run(Program(inPath: "usermod"), ["-p", "*", user.name], in: "/")
            try #require(opened.code == 0, "\(opened)")
        }
        let port = try Self.freePort()
        let socket = variables["TELECLAUDE_SOCKET"].flatMap { $0 } ?? ""
        try """
        ListenAddress 127.0.0.1:\(port)
        HostKey \(folder)/host
        PidFile none
        UsePAM no
        StrictModes no
        PasswordAuthentication no
        AllowUsers \(users.map(\.name).joined(separator: " "))
        AuthorizedKeysFile \(folder)/key.pub
        SetEnv TELECLAUDE_SOCKET=\(socket) LANG=C.UTF-8

        """.write(toFile: "\(folder)/config", atomically: true, encoding: .utf8)
        let server = try box.start(Program(inPath: "sshd"), ["-D", "-e", "-f", "\(folder)/config"], in: "/")
        do {
            try waitUntil("sshd listens") { try server.errorText().contains("Server listening") }
            try await body(SecureShell(box: box, port: port))
        } catch {
            server.kill(SIGTERM)
            throw error
        }
        server.kill(SIGTERM)
        _ = try await server.finish()
    }

    /// Returns a port that is free at this moment.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(bound)
        return UInt16(bigEndian: address.sin_port)
    }
}
