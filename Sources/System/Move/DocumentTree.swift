/// The documents of an existing install, as they are on the disk: no link is followed, and nothing outside the folder is read.
package struct DocumentTree: Sendable {
    package struct File: Sendable, Equatable {
        /// Below the folder, beginning with a slash.
        package var path: String
        package var digest: String
    }

    package struct Skipped: Sendable, Equatable {
        package var path: String
        package var reason: String
    }

    /// The outermost first.
    package private(set) var folders: [String] = []
    package private(set) var files: [File] = []
    package private(set) var skipped: [Skipped] = []
    private let root: RootFolder
    private let top: String

    /// - Throws: `MachineError` where a file can't be read.
    package init(_ top: String, in root: RootFolder) throws(MachineError) {
        (self.root, self.top) = (root, top)
        switch try root.look(top, .names).kind {
        case .nothing: break
        case .folder(let names): try add(names, of: "")
        case .link(let target): skip("", "is a symbolic link to \(target): not followed")
        case .file, .other, .unreachable: skip("", "is no folder")
        }
    }

    package func bytes(of file: File) throws(MachineError) -> [UInt8] { try root.bytes(of: top + file.path) }

    private mutating func add(_ names: [String], of folder: String) throws(MachineError) {
        for name in names {
            let path = "\(folder)/\(name)"
            guard !name.unicodeScalars.contains("\u{FFFD}") else {
                skip(path, "has a name that is not UTF-8")
                continue
            }
            switch try root.look(top + path, .names).kind {
            case .folder(let inner):
                folders.append(path)
                try add(inner, of: path)
            case .file: files.append(File(path: path, digest: FileBytes.digest(try root.bytes(of: top + path))))
            case .link(let target): skip(path, "is a symbolic link to \(target): not followed")
            case .other: skip(path, "is neither a file nor a folder")
            case .nothing, .unreachable: skip(path, "has gone while it was looked at")
            }
        }
    }

    private mutating func skip(_ path: String, _ reason: String) { skipped.append(Skipped(path: path, reason: reason)) }
}
