// swift-tools-version:6.1
import PackageDescription

let package = Package(
    name: "SelfMigratingServer",
    platforms: [.macOS(.v15)],
    dependencies: [
        // In a repository of your own: .package(url: "https://…/teleclaude.git", from: "0.1.0", traits: [])
        .package(name: "teleclaude", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(name: "notes-server", dependencies: [.product(name: "Migrator", package: "teleclaude")])
    ],
    swiftLanguageModes: [.v6]
)
