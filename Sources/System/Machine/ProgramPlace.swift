import TCPOSIX

/// Where the service's programs are to be, given where `telec` runs from.
extension SystemLayout.Programs {
    /// Where a package or an installation has put them they stay; from anywhere else, a build's folder, they are copied. Throws
    /// `MachineError`.
    package static func find(telec path: String, in root: RootFolder, record: String) throws(MachineError) -> Self {
        let folder = Path.folder(of: path)
        let isInstalled = [usualFolder, "/usr/bin"].contains(folder)
        guard isInstalled, case .file = try root.look("\(folder)/teleclauded").kind else {
            return Self(
                folder: usualFolder, copies: try names.map { name throws(MachineError) in try copy(name, folder) })
        }
        // What an earlier installation has brought is still its own.
        guard case .file(_, let text?) = try root.look(record, .text).kind else { return Self(folder: folder) }
        let digests = InstallRecord(parsing: text).digests
        let ours = names.filter { digests["\(folder)/\($0)"] != nil }
        return Self(folder: folder, copies: try ours.map { name throws(MachineError) in try copy(name, folder) })
    }

    private static func copy(_ name: String, _ folder: String) throws(MachineError) -> Copy {
        let source = "\(folder)/\(name)"
        return Copy(name: name, source: source, digest: FileBytes.digest(try FileBytes.read(source)))
    }
}
