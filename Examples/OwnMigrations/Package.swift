// swift-tools-version:6.1
import PackageDescription

let package = Package(
    name: "OwnMigrations",
    platforms: [.macOS(.v15)],
    dependencies: [
        // In a repository of your own: .package(url: "https://…/teleclaude.git", from: "0.1.0", traits: ["Commands"])
        .package(name: "teleclaude", path: "../..", traits: ["Commands"])
    ],
    targets: [
        // The migrations are a module of their own, so that your program can use the history too.
        .target(
            name: "Migrations", dependencies: [.product(name: "Migrator", package: "teleclaude")], path: "Migrations"),
        .executableTarget(
            name: "reading-migrate",
            dependencies: ["Migrations", .product(name: "MigrateCommand", package: "teleclaude")]),
    ],
    swiftLanguageModes: [.v6]
)
