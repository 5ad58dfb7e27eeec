/// A session's states as the client knows them. A word of a newer daemon's is none of them: it is shown as it came.
extension SessionDocument {
    package var state: Session.State? { Session.State(rawValue: status) }

    package var isShared: Bool { visibility == Session.Visibility.shared.rawValue }

    /// What is wrong with the session's host: the daemon refuses it, or the session is active without one; `nil` if nothing is.
    package var hostTrouble: String? {
        switch (host?.presence, state) {
        case (.refused?, _): "host refused"
        case (.away?, .active?): "no host"
        case (.away?, _), (.connected?, _), (nil, _): nil
        }
    }

    /// The state in words, with what is wrong with the session's host.
    package var stateInWords: String { hostTrouble.map { "\(status), \($0)" } ?? status }
}

extension HostDocument {
    package var presence: HostPresence.Word? { HostPresence.Word(rawValue: state) }
}

extension Session.Visibility {
    /// The document that asks the daemon to give a session this visibility.
    package var request: [String: String] { ["visibility": rawValue] }
}
