// swift-tools-version:6.1
import PackageDescription

let package = Package(
    name: "MoveToPostgreSQL",
    platforms: [.macOS(.v15)],
    dependencies: [
        // In a repository of your own: .package(url: "https://…/teleclaude.git", from: "0.1.0", traits: [])
        .package(name: "teleclaude", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "move-shop",
            dependencies: [
                .product(name: "Dialects", package: "teleclaude"), .product(name: "Transfer", package: "teleclaude"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
