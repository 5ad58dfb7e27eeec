// swift-tools-version:6.1
import PackageDescription

// What reads bytes that others write, fed with what libFuzzer thinks up: `ci/soak fuzz` builds and runs it. A package of its own,
// because its programs are linked with libFuzzer's `main`.
let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "teleclaude", path: "../..")],
    targets: [
        .executableTarget(
            name: "fuzz-settings", dependencies: [.product(name: "TCSettings", package: "teleclaude")],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
        .executableTarget(
            name: "fuzz-host", dependencies: [.product(name: "TCRuntime", package: "teleclaude")],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]),
    ],
    swiftLanguageModes: [.v6]
)
