/// The way to a file as the system follows it: every folder, every link, and each link's target. Whoever can change one of them
/// decides which file is read.
struct PathWalk {
    struct Step: Equatable {
        var path: String
        var facts: FileFacts
    }

    /// The folders and links on the way, and finally the file itself. If the file does not exist, the steps end where the way
    /// ends.
    private(set) var steps: [Step] = []
    /// Whether the file exists.
    private(set) var isThere = false

    private static let mostLinks = 40

    /// Follows the path. A file that can't be checked is never treated as missing.
    ///
    /// - Throws: `SettingsError` if the way can't be determined: a link leads nowhere or in a circle, a folder may not be
    ///   searched, or a disk is broken.
    init(_ path: String) throws(SettingsError) {
        var folder = ""
        var links: [String] = []
        // The remaining parts, from the last to the first. A part from a link's target is stored with that link.
        var rest = Self.parts(of: path, saidBy: nil)
        while let part = rest.popLast() {
            if part.name == ".." { folder = Places.folder(of: folder) }
            if part.name == "." || part.name == ".." { continue }
            let place = "\(folder)/\(part.name)"
            let step: Step
            do throws(FileSystem.Failure) {
                step = Step(path: place, facts: try FileSystem.factsWithoutFollowing(place))
                steps.append(step)
                guard step.facts.kind == .link else {
                    folder = place
                    if step.facts.kind == .folder || rest.isEmpty { continue }
                    // /dev/null is the home of some accounts: it contains nothing.
                    if step.facts.kind == .other, part.link == nil { return }
                    throw FileSystem.Failure.notAFolder
                }
                links.append(place)
                let target = try FileSystem.target(of: place)
                if target.hasPrefix("/") { folder = "" }
                rest += Self.parts(of: target, saidBy: place)
            } catch {
                if error == .notThere, part.link == nil { return }
                throw Self.refusal(error, at: place, on: part.link)
            }
            guard links.count <= Self.mostLinks else {
                throw SettingsError(
                    .unreadable, at: path, "this link leads in a circle, by way of \(place)",
                    remedy: "make it lead to a file")
            }
        }
        isThere = true
    }

    private static func parts(of path: String, saidBy link: String?) -> [(name: String, link: String?)] {
        path.split(separator: "/").reversed().map { (String($0), link) }
    }

    private static func refusal(_ failure: FileSystem.Failure, at place: String, on link: String?) -> SettingsError {
        if let link, failure.isAbsent {
            return SettingsError(
                .unreadable, at: link, "this link leads to \(place), which does not exist",
                remedy: "make it lead to a file, or remove it")
        }
        return SettingsError(
            failure.isForbidden ? .forbidden : .unreadable, at: place,
            "it is not known whether anything is there: \(failure)",
            remedy: failure.isForbidden ? "give the reader access to the folder" : "check the path")
    }
}
