import ArgumentParser
import Dialects
import TCPOSIX
import TCRuntime
import TCSystem
import TCTerminal

/// The options that say which machine is meant, and how the command prints its output.
struct SystemOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Treat this folder as the root of a system: nothing outside it is touched, and no service is started.",
            valueName: "dir"))
    var root: String?

    @OptionGroup var output: OutputOptions

    /// Returns the installation of the machine that the options name.
    /// - Throws: `MachineError`.
    func installation() throws -> Installation { try Self.installation(in: root) }

    /// Returns the installation below `root`, or that of this machine if `root` is `nil`.
    /// - Throws: `MachineError`.
    static func installation(in root: String?) throws -> Installation {
        try SHA256.load()
        let folder = try RootFolder(root ?? "/")
        if let root, folder.isMachine {
            throw MachineError(.rootIsMachine, "\(root) is this machine itself", remedy: "leave out --root")
        }
        guard let telec = Executable.path else {
            throw MachineError(.failed, "the path of telec can't be found", remedy: "check that /proc is mounted")
        }
        let manager = try manager(root)
        let record = SystemLayout(manager, programs: .init(folder: "")).record
        let programs = try SystemLayout.Programs.find(telec: telec, in: folder, record: record)
        return Installation(SystemLayout(manager, programs: programs), in: folder)
    }

    private static func manager(_ root: String?) throws -> SystemLayout.ServiceManager {
        #if os(macOS)
            guard root == nil else {
                throw MachineError(
                    .noRoot, "--root prepares a Linux system, and this is macOS", remedy: "leave it out")
            }
            return .launchd
        #else
            return .systemd
        #endif
    }

    /// Checks that this user has the rights that the command needs.
    ///
    /// - Parameter evenToLook: Whether `--dry-run` needs them, too, so that it is no advice.
    /// - Throws: `MachineError` if not.
    func requireRoot(evenToLook: Bool = false) throws {
        guard geteuid() == 0 else {
            throw MachineError(
                .notRoot, "only root can do this",
                remedy: evenToLook ? "use sudo" : "use sudo, or see what it would do with --dry-run")
        }
    }

    /// Checks that a URL on the command line holds no password.
    /// - Throws: `ValidationError` if it does; `DatabaseError` if it is no URL.
    static func requireNoPassword(_ url: String) throws {
        guard try DatabaseURL(parsing: url).hasPassword else { return }
        throw ValidationError(
            "Everybody can read a password on a command line: write it to secrets.yml as database.password.")
    }

    func guarding(_ body: () async throws -> Void) async throws {
        try await output.guarding(Problem.explaining, body)
    }
}
