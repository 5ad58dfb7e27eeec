import FoundationEssentials

/// Turns a problem document back into an error.
enum Refusal {
    private struct Document: Decodable {
        var code: String?
        var detail: String?
        var remedy: String?
    }

    /// Any program may be the one that answers, and a terminal may display the text: the error has nothing that controls one.
    static func error(_ bytes: [UInt8], _ status: Int) -> RuntimeError {
        let document = try? JSONDecoder().decode(Document.self, from: Data(bytes))
        return RuntimeError(
            document?.code.flatMap(RuntimeError.Code.init(rawValue:)) ?? .failed,
            document?.detail.map(PlainText.of) ?? "the daemon answered \(status)",
            remedy: document?.remedy.map(PlainText.of))
    }
}
