/// The features of the existing install that the new system does not have yet. The plan names them, so that an admin learns of
/// them before the move.
package enum MissingFeatures {
    private static let all: [(section: String, words: String)] = [
        ("telegram", "the Telegram bot"), ("discord", "the Discord bot"), ("whatsapp", "the WhatsApp adapter"),
        ("redis", "work across computers by Redis"), ("hooks", "inbound hooks and webhook deliveries"),
        ("tts", "speech"), ("stt", "dictation"), ("jobs", "scheduled jobs"), ("subscriptions", "subscriptions"),
        ("event_domains", "the event platform"), ("chiptunes", "music"), ("git", "checkouts of its own"),
        ("integrator", "the integrator"), ("deployment", "updates of itself"),
    ]

    /// Returns the features as sentences. The first are those that these sections of the settings use.
    static func sentences(sections: Set<String>) -> [String] {
        let used = all.filter { sections.contains($0.section) }
        guard !used.isEmpty else { return [] }
        return used.map {
            "\($0.words) (\($0.section)): its settings and rows are transferred, but not used"
        }
    }
}
