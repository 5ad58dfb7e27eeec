// swift-tools-version:6.1
import PackageDescription

// On Linux libpq is loaded when the first PostgreSQL database is named (Sources/CPostgreSQL/libpq.c). Elsewhere it is linked.
#if os(Linux)
    let clientLibrary = Target.target(name: "TCPostgreSQL", path: "Sources/CPostgreSQL", exclude: ["System"])
#else
    let clientLibrary = Target.systemLibrary(
        name: "TCPostgreSQL", path: "Sources/CPostgreSQL/System", pkgConfig: "libpq", providers: [.brew(["libpq"])])
#endif

// Each of these names the traits of the parts that need it. A program that enables none of the traits does not fetch the
// package.
let argumentParser = library("ArgumentParser", of: "swift-argument-parser", for: "Commands", "SystemYAML")
// libyaml is the system's, or the copy in Yams. For a build a machine needs only SQLite, libpq and, for telec, ncurses.
let yaml: [Target.Dependency] = [
    library("Yams", of: "Yams", for: "Commands"), .target(name: "TCLibYAML", condition: .when(traits: ["SystemYAML"])),
]

func library(_ name: String, of package: String, for traits: String...) -> Target.Dependency {
    .product(name: name, package: package, condition: .when(traits: Set(traits)))
}

let package = Package(
    name: "teleclaude",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Dialects", targets: ["Dialects"]),
        .library(name: "Migrator", targets: ["Migrator"]),
        .library(name: "Transfer", targets: ["Transfer"]),
        .library(name: "TCMigrations", targets: ["TCMigrations"]),
        .library(name: "MigrateCommand", targets: ["MigrateCommand"]),
        // For ci/fuzz alone, a package of its own: only what it calls is `public` there.
        .library(name: "TCSettings", targets: ["TCSettings"]),
        .library(name: "TCRuntime", targets: ["TCRuntime"]),
        .executable(name: "tc-migrate", targets: ["tc-migrate"]),
        .executable(name: "teleclauded", targets: ["teleclauded"]),
        .executable(name: "telec", targets: ["telec"]),
    ],
    // With `traits: []` a program gets Dialects, Migrator and Transfer, and of the dependencies only swift-collections. By
    // default it gets everything.
    traits: [
        .trait(name: "Commands", description: "MigrateCommand: the command line for a history of one's own"),
        .trait(
            name: "SystemYAML",
            description: "The same with the system's libyaml (libyaml-dev), not the one in Yams: without Foundation"),
        .trait(name: "Daemon", description: "TeleClaude: settings and daemon", enabledTraits: ["Commands"]),
        .trait(
            name: "SystemDaemon", description: "The same with the system's libyaml: without Foundation",
            enabledTraits: ["SystemYAML"]),
        .default(enabledTraits: ["Daemon"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Persistent maps that share their parts. Schema values are made of them.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Contains libyaml, which reads the settings and the rules of a transfer.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // HTTP on the daemon's socket, and the packages below it.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // No two modules of a program's packages may have the same name, so modules that are not for others have the prefix TC.
        // Dependencies point only from left to right: the programs -> MigrateCommand, TCMigrations, TCRuntime -> Transfer ->
        // Migrator -> Dialects -> C libraries.
        .systemLibrary(
            name: "TCSQLite", path: "Sources/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        clientLibrary,
        // SHA-256 from libcrypto, which is loaded in the same way as libpq. macOS has its own.
        .target(name: "TCCrypto", path: "Sources/CCrypto"),
        .systemLibrary(name: "TCSpawn", path: "Sources/CSpawn"),
        .systemLibrary(name: "TCMalloc", path: "Sources/CMalloc"),
        // The screen of the full-screen terminal program.
        .systemLibrary(
            name: "TCNcurses", path: "Sources/CNcurses", providers: [.apt(["libncurses-dev"]), .brew(["ncurses"])]),
        .target(name: "TCPOSIX", path: "Sources/POSIX"),
        .systemLibrary(name: "TCLibYAML", path: "Sources/LibYAML"),
        .target(name: "TCYAML", dependencies: yaml, path: "Sources/YAML"),
        .target(
            name: "Dialects",
            dependencies: [
                "TCSQLite", "TCPostgreSQL", "TCPOSIX",
                .target(name: "TCCrypto", condition: .when(platforms: [.linux])),
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]),
        .target(name: "Migrator", dependencies: ["Dialects"]),
        // Copies every row of one database into another, and proves the copy.
        .target(name: "Transfer", dependencies: ["Dialects", "Migrator"]),
        .target(name: "TCMigrations", dependencies: ["Migrator"], path: "Migrations"),
        // Pages for a browser, and the charts in them, as text.
        .target(name: "TCPages", path: "Sources/Pages"),
        // The terminal input and output that the three programs share.
        .target(
            name: "TCTerminal",
            dependencies: ["Migrator", "TCPOSIX", argumentParser], path: "Sources/Terminal"),
        // The commands, for any history. A program with its own history is one line around them.
        .target(
            name: "MigrateCommand",
            dependencies: ["Migrator", "Transfer", "TCTerminal", "TCPages", "TCPOSIX", "TCYAML", argumentParser]),
        // Transfers an existing single-user install's data into this schema.
        .target(name: "TCImport", dependencies: ["Transfer", "TCPOSIX"], path: "Sources/Import"),
        // Writes everything that a daemon keeps into a folder, and restores it.
        .target(
            name: "TCBackup", dependencies: ["Transfer", "TCRuntime", "TCImport", "TCPOSIX"], path: "Sources/Backup"),
        // The settings are a module of their own, so that tc-migrate can read them without the server.
        .target(name: "TCSettings", dependencies: ["Migrator", "TCPOSIX", "TCYAML"], path: "Sources/Settings"),
        // The Model Context Protocol as values: messages, revisions, tools. The daemon implements the tools.
        .target(name: "TCMCP", dependencies: ["Dialects", "TCSettings"], path: "Sources/MCP"),
        .target(
            name: "TCRuntime",
            dependencies: [
                "TCSpawn", "TCMalloc", "TCPOSIX", "TCSettings", "TCMCP", "TCPages", "Migrator",
                library("Hummingbird", of: "hummingbird", for: "Daemon", "SystemDaemon"),
                library("HummingbirdCore", of: "hummingbird", for: "Daemon", "SystemDaemon"),
                library("Logging", of: "swift-log", for: "Daemon", "SystemDaemon"),
                library("NIOCore", of: "swift-nio", for: "Daemon", "SystemDaemon"),
                library("NIOPosix", of: "swift-nio", for: "Daemon", "SystemDaemon"),
                library("NIOHTTP1", of: "swift-nio", for: "Daemon", "SystemDaemon"),
                library("ServiceLifecycle", of: "swift-service-lifecycle", for: "Daemon", "SystemDaemon"),
            ], path: "Sources/Runtime"),
        // The daemon as a service for the whole machine.
        .target(
            name: "TCSystem",
            dependencies: ["Dialects", "Migrator", "Transfer", "TCImport", "TCPOSIX", "TCSettings", "TCRuntime"],
            path: "Sources/System"),
        // The full-screen terminal program for sessions.
        .target(
            name: "TCTUI", dependencies: ["Dialects", "TCRuntime", "TCTerminal", "TCNcurses", "TCPOSIX"],
            path: "Sources/TUI",
            linkerSettings: [
                // ncurses is linked by name, because pkg-config reports flags for it that SwiftPM does not pass on. On macOS the
                // library with the plain name has wide characters.
                .linkedLibrary("ncursesw", .when(platforms: [.linux])),
                .linkedLibrary("ncurses", .when(platforms: [.macOS])),
            ]),
        .executableTarget(
            name: "tc-migrate", dependencies: ["MigrateCommand", "TCMigrations", "TCSettings", "TCTerminal"]),
        .executableTarget(
            name: "teleclauded", dependencies: ["TCRuntime", "TCSettings", "TCMigrations", "TCTerminal"]),
        .executableTarget(
            name: "telec",
            dependencies: [
                "TCTUI", "TCSystem", "TCRuntime", "TCBackup", "TCImport", "MigrateCommand", "TCMigrations",
                "TCSettings",
                "TCTerminal", "TCMCP", "TCPages", "TCPOSIX",
            ]),
        .target(
            name: "TestSupport", dependencies: ["Dialects", "Migrator", "Transfer", "TCPOSIX"], path: "Tests/Support"),
        // The same commands around histories that a test chooses, because the real history can't show an edit, a pause or a
        // failure.
        .executableTarget(
            name: "tc-migrate-fixture", dependencies: ["MigrateCommand", "Migrator", "TCTerminal"],
            path: "Tests/FixtureProgram"),
        .testTarget(name: "DialectsTests", dependencies: ["Dialects", "TestSupport"]),
        .testTarget(name: "TransferTests", dependencies: ["Transfer", "TCMigrations", "TestSupport"]),
        .testTarget(name: "MigratorTests", dependencies: ["Migrator", "TCMigrations", "TestSupport"]),
        .testTarget(
            name: "RuntimeTests",
            dependencies: [
                "TCRuntime", "TCMCP", "TCSettings", "TCYAML", "TCMigrations", "Migrator", "Dialects", "TestSupport",
            ]),
        .testTarget(name: "PagesTests", dependencies: ["TCPages", "Dialects"]),
        .testTarget(name: "TUITests", dependencies: ["TCTUI", "TCRuntime", "TestSupport"]),
        .testTarget(name: "MCPTests", dependencies: ["TCMCP", "Dialects", "TCSettings"]),
        .testTarget(
            name: "SystemTests", dependencies: ["TCSystem", "TCBackup", "TCImport", "Dialects", "TestSupport"]),
        // One suite that runs on every backend.
        .testTarget(name: "ContractTests", dependencies: ["Migrator", "Transfer", "TCMigrations", "TestSupport"]),
        // Runs the real programs from outside.
        .testTarget(
            name: "CLITests",
            dependencies: [
                "tc-migrate", "tc-migrate-fixture", "teleclauded", "telec", "TCMigrations", "TCTerminal", "TestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
