import TCPOSIX

extension ProcessContext {
    /// The context of this process.
    package static var process: ProcessContext {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pieces = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pieces.count == 2 { variables[String(pieces[0])] = String(pieces[1]) }
            entry += 1
        }
        let uid = geteuid()
        let account = getpwuid(uid).map { String(cString: $0.pointee.pw_dir) }
        let home = variables["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? account
        return ProcessContext(environment: variables, home: home, uid: uid, workingFolder: workingFolderOfProcess)
    }

    /// The working folder. One that is not UTF-8 is written with escapes: nothing has that name, so a path below it reaches no other
    /// folder, and the error shows which one was meant.
    private static var workingFolderOfProcess: String {
        guard let text = getcwd(nil, 0) else { return "/" }
        defer { free(text) }
        return SystemText.exact(text) ?? SystemText.escaped(text)
    }
}
