import TCPOSIX

/// The tables and columns that a transfer's options name already. A remedy that names more of them names all, so that its options can be
/// pasted in the place of those that were given.
struct NamedInOptions {
    var ignored: [String] = []
    var replaced: [String] = []
    var kept: [String] = []

    func ignoring(_ more: [String]) -> String { Self.option("--ignore-missing", ignored, more) }
    func replacing(_ more: [String]) -> String { Self.option("--replace-rows", replaced, more) }
    func keeping(_ more: [String]) -> String { Self.option("--keep-rows", kept, more) }

    private static func option(_ name: String, _ given: [String], _ more: [String]) -> String {
        let names = given + more.filter { !given.contains($0) }
        return "\(name) \(names.joined(separator: ",").shellWord)"
    }
}
