import TCPOSIX

/// Whether the places in which a move makes something can be written to: a disk that is mounted read-only is found before anything
/// is brought over, not after.
enum MovePlaces {
    /// - Throws: `MachineError` that names the first place which can't be.
    static func requireWritable(for plan: MovePlan, in installation: Installation) throws(MachineError) {
        var folders = Set(([MoveFolder(installation: installation).path] + plan.files.map(\.path)).map(folder(above:)))
        folders.formUnion(plan.units.links.map { folder(above: $0.path) })
        if plan.target.filePath != nil { folders.insert(installation.layout.folders.state) }
        for folder in folders.sorted() {
            let place = try existing(folder, installation.root)
            guard access(installation.realPath(place), W_OK) != 0 else { continue }
            throw .ofCall(
                "\(place) can't be written to", remedy: "put that right, and run this again; nothing was changed")
        }
    }

    /// What is there already of the folders that lead to a path.
    private static func existing(_ path: String, _ root: RootFolder) throws(MachineError) -> String {
        var path = path
        while path != "/", try root.look(path).kind == .nothing { path = folder(above: path) }
        return path
    }

    private static func folder(above path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
