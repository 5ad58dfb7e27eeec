import TCPOSIX

/// Whether the places in which a move makes something can be written to: a disk that is mounted read-only is found before anything
/// is brought over, not after.
enum MovePlaces {
    /// - Throws: `MachineError` that names the first place which can't be.
    static func requireWritable(for plan: MovePlan, in installation: Installation) throws {
        var paths =
            [MoveFolder(installation: installation).path] + plan.files.map(\.path) + plan.units.links.map(\.path)
        if plan.target.filePath != nil { paths.append("\(installation.layout.folders.state)/teleclaude.db") }
        // What is there already of the folders that lead to each.
        let places = try Set(paths.map(SystemEntry.folders(above:))).map { folders in
            try folders.last { try installation.root.look($0).kind != .nothing } ?? "/"
        }
        for place in Set(places).sorted() where access(installation.realPath(place), W_OK) != 0 {
            throw MachineError.ofCall(
                "\(place) can't be written to", remedy: "put that right, and run this again; nothing was changed")
        }
    }
}
