import Foundation
import TestSupport

/// The modules that were built beside the tests, for a compiler that imports them.
enum Built {
    /// The project's folder.
    static let project = TestSources.root.path

    /// The compiler arguments with the places of the modules and of the C libraries that they need.
    static var searchPaths: [String] {
        let folder = URL(fileURLWithPath: Program(built: "").path).path
        #if os(Linux)
            let loaded = ["TCPostgreSQL", "TCCrypto"].map { "\(folder)/\($0).build/module.modulemap" }
        #else
            let loaded = ["\(project)/Sources/CPostgreSQL/System/module.modulemap"]
        #endif
        let yaml = "\(folder)/../../checkouts/Yams/Sources/CYaml/include/module.modulemap"
        let libraries = ["\(project)/Sources/CSQLite/module.modulemap", yaml] + loaded
        return ["-I", "\(folder)/Modules", "-module-cache-path", "\(folder)/ModuleCache"]
            + libraries.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    }
}
