import Foundation
import TestSupport

/// What was built beside the tests, for a compiler that imports it.
enum Built {
    /// The project's folder.
    static let project = TestSources.root.path

    /// The arguments that tell a compiler where the modules and the C libraries beneath them are.
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
