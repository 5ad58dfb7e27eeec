import TCPOSIX

/// The documents of an existing install, as they are on the disk. No link below the home is followed, and only what belongs to the
/// install's owner is read: it is going to be published for everybody, by root, who may read anything.
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
    private let home: RootFolder
    private let owner: UInt32
    private static let state = "/.teleclaude"
    private static let top = "\(state)/docs"

    /// The limits of what is published: the size of a file in MiB, and the number of folders around it. Each file is read whole, and
    /// its path is walked from the top.
    private static let (longest, deepest) = (16, 64)

    private static let gone = "disappeared while it was read"

    /// Reads the documents in the `.teleclaude` folder of this home. There are none if the folder does not exist.
    ///
    /// - Throws: `MachineError` if a file can't be read.
    package init(in home: String, of owner: UInt32) throws(MachineError) {
        (self.home, self.owner) = (try RootFolder(home), owner)
        guard try names(in: Self.state, "is in .teleclaude, which") != nil else { return }
        if let names = try names(in: Self.top, "") { try add(names, of: "") }
    }

    package func bytes(of file: File) throws(MachineError) -> [UInt8] {
        try bytes(at: file.path)
    }

    /// Returns a file's bytes; `nil` if the file has disappeared since the tree was read, which then lists it as skipped.
    package mutating func bytesIfThere(of file: File) throws(MachineError) -> [UInt8]? {
        do throws(MachineError) { return try bytes(of: file) } catch {
            guard error.code == .changed else { throw error }
            files.removeAll { $0 == file }
            skip(file.path, Self.gone)
            return nil
        }
    }

    private func bytes(at path: String) throws(MachineError) -> [UInt8] {
        try home.bytes(of: Self.top + path, ownedBy: owner, upTo: Self.longest << 20)
    }

    /// Returns the names in one of the two outermost folders; `nil` if there is no such folder that may be read.
    private mutating func names(in path: String, _ subject: String) throws(MachineError) -> [String]? {
        let found = try home.look(path, .names)
        let objection: String
        switch found.kind {
        case .nothing: return nil
        case .folder(let names) where found.uid == owner: return names
        case .folder: objection = foreign(found)
        case .link(let target): objection = "is a symbolic link to \(target): not followed"
        case .file, .other, .unreachable: objection = "is not a folder"
        }
        skip("", subject.isEmpty ? objection : "\(subject) \(objection)")
        return nil
    }

    private func foreign(_ found: FoundEntry) -> String {
        "belongs to uid \(found.uid), and the install to uid \(owner)"
    }

    private mutating func add(_ names: [String], of folder: String) throws(MachineError) {
        for name in names {
            let path = "\(folder)/\(name)"
            guard !name.unicodeScalars.contains("\u{FFFD}") else {
                skip(path, "has a name that is not UTF-8")
                continue
            }
            let found = try home.look(Self.top + path, .names)
            switch found.kind {
            case .folder where found.uid != owner, .file where found.uid != owner: skip(path, foreign(found))
            case .folder where path.utf8.count(where: { $0 == UInt8(ascii: "/") }) > Self.deepest:
                skip(path, "is in more than \(Self.deepest) folders")
            case .folder(let inner):
                folders.append(path)
                try add(inner, of: path)
            case .file: try addFile(path)
            case .link(let target): skip(path, "is a symbolic link to \(target): not followed")
            case .other: skip(path, "is neither a file nor a folder")
            case .nothing, .unreachable: skip(path, Self.gone)
            }
        }
    }

    private mutating func addFile(_ path: String) throws(MachineError) {
        do throws(MachineError) {
            files.append(File(path: path, digest: FileBytes.digest(try bytes(at: path))))
        } catch {
            let isGone = error.code == .changed
            guard isGone || error.code == .tooLarge else { throw error }
            skip(path, isGone ? Self.gone : "has more than \(Self.longest) MiB")
        }
    }

    private mutating func skip(_ path: String, _ reason: String) { skipped.append(Skipped(path: path, reason: reason)) }
}
