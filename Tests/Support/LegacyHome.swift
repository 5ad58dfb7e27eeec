import Foundation
import Testing

/// The home of a fictitious user of the existing install.
public enum LegacyHome {
    /// Unpacks the home into a folder, and returns the home's path.
    public static func unpack(into folder: String) throws -> String {
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xzf", Fixtures.path("legacy/home.tar.gz"), "--no-same-owner", "-C", folder]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        return "\(folder)/home"
    }

    /// The secrets in the home. Each contains the word FAKE.
    public static let secrets = [
        "sk-proj-FAKE-second-definition-wins", "sk-ant-FAKE-#hash-inside-quotes", "FAKE_eleven",
        "1234567890:FAKE-telegram-token", "FAKE.discord.token=with=equals", "FAKE$dollar\"quote", "FAKE-smtp",
        "FAKE-limitless", "FAKE-fire", "FAKE-EAAG-pasted-in-plain-by-hand", "FAKE-verify", "FAKE-inline-redis-pw",
        "FAKE-github-secret", "FAKE-ci-secret", "FAKE-invite-token-bea", "sk-ant-FAKE-sandbox",
    ]
}
