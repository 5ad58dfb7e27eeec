import TCPOSIX

/// The documents of an existing install, as they are on the disk. No link is followed, and nothing outside of the folder is read.
package struct DocumentTree: Sendable {
    package struct File: Sendable, Equatable {
        /// The path below the folder, beginning with a slash.
        package var path: String
        package var digest: String
    }

    package struct Skipped: Sendable, Equatable {
        package var path: String
        package var reason: String
    }

    /// The folders, the outermost first.
    package private(set) var folders: [String] = []
    package private(set) var files: [File] = []
    package private(set) var skipped: [Skipped] = []
    private let root: RootFolder?
    private static let top = "/docs"

    /// Reads the documents of a `.teleclaude` folder. There are none if the folder does not exist.
    ///
    /// - Throws: `MachineError` if a file can't be read.
    package init(of state: String) throws(MachineError) {
        guard access(state, F_OK) == 0 else {
            root = nil
            return
        }
        let root = try RootFolder(state)
        self.root = root
        switch try root.look(Self.top, .names).kind {
        case .nothing: break
        case .folder(let names): try add(names, of: "", root)
        case .link(let target): skip("", "is a symbolic link to \(target): not followed")
        case .file, .other, .unreachable: skip("", "is not a folder")
        }
    }

    package func bytes(of file: File) throws(MachineError) -> [UInt8] {
        try root?.bytes(of: Self.top + file.path) ?? []
    }

    private mutating func add(_ names: [String], of folder: String, _ root: RootFolder) throws(MachineError) {
        for name in names {
            let path = "\(folder)/\(name)"
            guard !name.unicodeScalars.contains("\u{FFFD}") else {
                skip(path, "has a name that is not UTF-8")
                continue
            }
            switch try root.look(Self.top + path, .names).kind {
            case .folder(let inner):
                folders.append(path)
                try add(inner, of: path, root)
            case .file: files.append(File(path: path, digest: FileBytes.digest(try root.bytes(of: Self.top + path))))
            case .link(let target): skip(path, "is a symbolic link to \(target): not followed")
            case .other: skip(path, "is neither a file nor a folder")
            case .nothing, .unreachable: skip(path, "disappeared while it was read")
            }
        }
    }

    private mutating func skip(_ path: String, _ reason: String) { skipped.append(Skipped(path: path, reason: reason)) }
}
