import TCPOSIX

/// Checks whether the places in which a move creates files are writable. A disk that is mounted read-only is thus found before
/// any data is brought over.
enum MovePlaces {
    /// - Throws: `MachineError` that names the first place that is not writable.
    static func requireWritable(for plan: MovePlan, in installation: Installation) throws {
        var paths =
            [MoveFolder(installation: installation).path] + plan.files.map(\.path) + plan.units.links.map(\.path)
        if plan.target.filePath != nil { paths.append("\(installation.layout.folders.state)/teleclaude.db") }
        // The nearest existing folder above each path is the one to test.
        let places = try Set(paths.map(SystemEntry.folders(above:))).map { folders in
            try folders.last { try installation.root.look($0).kind != .nothing } ?? "/"
        }
        for place in Set(places).sorted() where access(installation.realPath(place), W_OK) != 0 {
            throw MachineError.ofCall(
                "\(place) can't be written to", remedy: "correct that, and run this again; nothing was changed")
        }
    }
}
