// swift-tools-version:6.1
import PackageDescription

// What `ci/bench runtime` measures the daemon beside: the same HTTP library answering with nothing behind it, and what puts
// load on either. A package of its own, so that the project's own stays free of both.
let package = Package(
    name: "bare-server",
    platforms: [.macOS(.v15)],
    dependencies: [
        // The versions of the project's own Package.swift.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "bare-server", dependencies: [.product(name: "Hummingbird", package: "hummingbird")]),
        .executableTarget(name: "load"),
    ],
    swiftLanguageModes: [.v6]
)
