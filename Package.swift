// swift-tools-version:6.1
import PackageDescription

// On Linux libpq is loaded when the first PostgreSQL database is named (Sources/CPostgreSQL/libpq.c), elsewhere it is linked.
#if os(Linux)
    let clientLibrary = Target.target(name: "CPostgreSQL", exclude: ["System"])
#else
    let clientLibrary = Target.systemLibrary(
        name: "CPostgreSQL", path: "Sources/CPostgreSQL/System", pkgConfig: "libpq", providers: [.brew(["libpq"])])
#endif

let package = Package(
    name: "teleclaude",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Dialects", targets: ["Dialects"]),
        .library(name: "Migrator", targets: ["Migrator"]),
        .library(name: "Transfer", targets: ["Transfer"]),
        .library(name: "Migrations", targets: ["Migrations"]),
        .library(name: "MigrateCommand", targets: ["MigrateCommand"]),
        .library(name: "Settings", targets: ["Settings"]),
        .library(name: "Runtime", targets: ["Runtime"]),
        .executable(name: "tc-migrate", targets: ["tc-migrate"]),
        .executable(name: "teleclauded", targets: ["teleclauded"]),
        .executable(name: "telec", targets: ["telec"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Maps that share their parts: a schema value.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Reads settings, and the rules of a transfer.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // HTTP on the daemon's socket, and what that stands on.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Arrows point down only: the programs -> MigrateCommand, Migrations, Runtime -> Transfer -> Migrator -> Dialects -> C libraries.
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        clientLibrary,
        // SHA-256 by libcrypto, loaded in the same way. macOS has its own.
        .target(name: "CCrypto"),
        .systemLibrary(name: "CSpawn"),
        .target(name: "POSIX"),
        .target(
            name: "Dialects",
            dependencies: [
                "CSQLite", "CPostgreSQL", "POSIX", .target(name: "CCrypto", condition: .when(platforms: [.linux])),
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]),
        .target(name: "Migrator", dependencies: ["Dialects"]),
        // Every row of one database into another, proven.
        .target(name: "Transfer", dependencies: ["Dialects", "Migrator"]),
        .target(name: "Migrations", dependencies: ["Migrator"], path: "Migrations"),
        // How the three programs speak to people.
        .target(
            name: "Terminal",
            dependencies: ["Migrator", "POSIX", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        // The commands, for any history: a program of its own is one line around them.
        .target(
            name: "MigrateCommand",
            dependencies: [
                "Migrator", "Transfer", "Terminal", "POSIX", "Yams",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        // A module of its own, so that tc-migrate can ask it without the server.
        .target(name: "Settings", dependencies: ["Migrator", "POSIX", "Yams"]),
        .target(
            name: "Runtime",
            dependencies: [
                "CSpawn", "POSIX", "Settings", "Migrator",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(name: "tc-migrate", dependencies: ["MigrateCommand", "Migrations", "Settings", "Terminal"]),
        .executableTarget(name: "teleclauded", dependencies: ["Runtime", "Settings", "Migrations", "Terminal"]),
        .executableTarget(name: "telec", dependencies: ["Runtime", "Settings", "Terminal", "POSIX"]),
        .target(name: "TestSupport", dependencies: ["Dialects", "Migrator", "POSIX"], path: "Tests/Support"),
        // The same commands around histories that a test chooses: the real one can't show an edit, a pause or a failure.
        .executableTarget(
            name: "tc-migrate-fixture", dependencies: ["MigrateCommand", "Migrator"], path: "Tests/FixtureProgram"),
        .testTarget(name: "DialectsTests", dependencies: ["Dialects", "TestSupport"]),
        .testTarget(name: "TransferTests", dependencies: ["Transfer", "Migrations", "TestSupport"]),
        .testTarget(name: "MigratorTests", dependencies: ["Migrator", "Migrations", "TestSupport"]),
        .testTarget(
            name: "RuntimeTests",
            dependencies: ["Runtime", "Settings", "Migrations", "Migrator", "Dialects", "TestSupport"]),
        // One suite for every backend.
        .testTarget(name: "ContractTests", dependencies: ["Migrator", "Transfer", "Migrations", "TestSupport"]),
        // The real programs, driven from outside.
        .testTarget(
            name: "CLITests",
            dependencies: [
                "tc-migrate", "tc-migrate-fixture", "teleclauded", "telec", "Migrations", "Terminal", "TestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
