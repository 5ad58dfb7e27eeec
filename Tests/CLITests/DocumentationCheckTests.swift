import Foundation
import Testing

/// Tests on a small package that `ci/docc` finds the faults that it should find.
@Suite("ci/docc")
struct DocumentationCheckTests {
    private static let manifest = """
        // swift-tools-version:6.1
        import PackageDescription
        let package = Package(name: "sample", targets: [.target(name: "Documented"), .target(name: "Bare")])
        """

    private static let documented = """
        /// A number that counts.
        public struct Counter {
            /// How far it has counted.
            public var count = 0
            /// Counts on. The result is ``count``.
            ///
            /// - Throws: `CancellationError`.
            public func next() throws -> Int { throw CancellationError() }
            var hidden = 0
        }
        """

    private static let bare = """
        /// A number that counts.
        public struct Counter {
            public var count = 0
            /// Counts on.
            public func next() throws -> Int { throw CancellationError() }
            /// Hands on.
            public func each(_ body: () throws -> Void) rethrows { try body() }
        }
        public enum Direction { case up }
        """

    private func check(_ module: String, in box: Sandbox) async throws -> Run {
        try await box.run(
            try Program(inPath: "python3"),
            ["\(Built.project)/ci/docc", "--project", box("sample"), "--scratch", box("build"), module], timeout: 300)
    }

    @Test("a broken link, a missing comment, a missing error and a type on no list fail; documented code passes")
    func findings() async throws {
        try await withSandbox { box in
            try box.write("sample/Package.swift", Self.manifest)
            try box.write("sample/Sources/Documented/Counter.swift", Self.documented)
            try box.write("sample/Sources/Bare/Counter.swift", Self.bare)
            for module in ["Documented", "Bare"] {
                let page = "# ``\(module)``\n\nCounts.\n\n## Topics\n\n### Types\n\n- ``Counter``\n"
                try box.write("sample/Sources/\(module)/\(module).docc/\(module).md", page)
            }
            let build = try await box.run(
                try Program(inPath: "swift"),
                ["build", "--package-path", box("sample"), "--scratch-path", box("build")], timeout: 300)
            #expect(build.code == 0, "\(build)")

            let good = try await check("Documented", in: box)
            #expect(good.code == 0, "\(good)")

            let poor = try await check("Bare", in: box)
            #expect(poor.code == 1, "\(poor)")
            #expect(
                poor.output.contains("Sources/Bare/Counter.swift:3: Counter.count is public and has no comment"),
                "\(poor)")
            #expect(poor.output.contains("Counter.swift:5: Counter.next() throws and does not say what"), "\(poor)")
            #expect(poor.output.contains("Counter.swift:9: Direction is on no list of its module's page"), "\(poor)")
            #expect(poor.output.contains("Counter.swift:9: Direction.up is public and has no comment"), "\(poor)")
            #expect(!poor.output.contains("each"), "\(poor)")

            let article = "# Counting\n\nIt counts.\n\n## Overview\n\nAsk ``Counter/previous()``.\n"
            try box.write("sample/Sources/Documented/Documented.docc/Counting.md", article)
            let broken = try await check("Documented", in: box)
            #expect(broken.code == 1, "\(broken)")
            #expect(broken.output.contains("'previous()' doesn't exist at '/Documented/Counter'"), "\(broken)")
        }
    }

    @Test("where nothing was built, it says so")
    func notBuilt() async throws {
        try await withSandbox { box in
            let run = try await check("Documented", in: box)
            #expect(run.code == 2, "\(run)")
            #expect(run.error.contains("holds no debug build. Build first"), "\(run)")
        }
    }
}
