/// The property list for launchd. On macOS the daemon creates its socket itself, in a folder of its own.
struct LaunchdPropertyList {
    private let layout: SystemLayout

    init(_ layout: SystemLayout) { self.layout = layout }

    static let label = "ai.teleclaude.daemon"
    static let path = "/Library/LaunchDaemons/\(label).plist"

    var entries: [SystemEntry] {
        [
            SystemEntry(.folder, layout.folders.runtime, owner: .service, group: .service, mode: 0o755),
            SystemEntry(.file(text), Self.path, mode: 0o644),
        ]
    }

    private var text: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <!-- Written by `telec system install`. -->
        <plist version="1.0">
        <dict>
            <key>Label</key>
            <string>\(Self.label)</string>
            <key>ProgramArguments</key>
            <array>
                <string>\(escaped(layout.daemon))</string>
                <string>--socket</string>
                <string>\(escaped(layout.folders.socket))</string>
            </array>
            <key>UserName</key>
            <string>\(layout.account)</string>
            <key>GroupName</key>
            <string>\(layout.account)</string>
            <key>Umask</key>
            <integer>63</integer>
            <key>RunAtLoad</key>
            <true/>
            <key>KeepAlive</key>
            <dict>
                <key>SuccessfulExit</key>
                <false/>
            </dict>
            <key>ExitTimeOut</key>
            <integer>60</integer>
            <key>SoftResourceLimits</key>
            <dict>
                <key>NumberOfFiles</key>
                <integer>65536</integer>
            </dict>
            <key>StandardErrorPath</key>
            <string>\(escaped(layout.folders.log))/teleclauded.log</string>
        </dict>
        </plist>

        """
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
