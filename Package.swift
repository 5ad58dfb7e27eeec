// swift-tools-version:6.1
import PackageDescription

let package = Package(
    name: "teleclaude",
    platforms: [.macOS(.v14)],
    products: [
        .library(name: "Dialects", targets: ["Dialects"]),
        .library(name: "Migrator", targets: ["Migrator"]),
        .library(name: "Migrations", targets: ["Migrations"]),
        .library(name: "MigrateCommand", targets: ["MigrateCommand"]),
        .executable(name: "tc-migrate", targets: ["tc-migrate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        // Reads the rules of a transfer.
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Arrows point down only: tc-migrate -> MigrateCommand, Migrations -> Migrator -> Dialects -> the C libraries.
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(
            name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(name: "Dialects", dependencies: ["CSQLite", "CPostgreSQL"]),
        .target(name: "Migrator", dependencies: ["Dialects"]),
        .target(name: "Migrations", dependencies: ["Migrator"], path: "Migrations"),
        // The commands, for any history: a program of its own is one line around them.
        .target(
            name: "MigrateCommand",
            dependencies: [
                "Migrator", "Yams", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "tc-migrate", dependencies: ["MigrateCommand", "Migrations"]),
        .target(name: "TestSupport", dependencies: ["Dialects", "Migrator"], path: "Tests/Support"),
        // The same commands around histories that a test chooses: the real one can't show an edit, a pause or a failure.
        .executableTarget(
            name: "tc-migrate-fixture", dependencies: ["MigrateCommand"], path: "Tests/FixtureProgram"),
        .testTarget(name: "DialectsTests", dependencies: ["Dialects", "TestSupport"]),
        .testTarget(name: "MigratorTests", dependencies: ["Migrator", "Migrations", "TestSupport"]),
        // One suite for every backend.
        .testTarget(name: "ContractTests", dependencies: ["Migrator", "Migrations", "TestSupport"]),
        // The real programs, driven from outside.
        .testTarget(
            name: "CLITests", dependencies: ["tc-migrate", "tc-migrate-fixture", "Migrations", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
