/// The figures in Prometheus's text format, version 0.0.4.
struct Exposition {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""

    /// Begins a family of samples. Its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: some LosslessStringConvertible) {
        let parts = labels.map { "\($0)=\"\(Self.escaped($1))\"" }
        text += "\(name)\(parts.isEmpty ? "" : "{\(parts.joined(separator: ","))}") \(value)\n"
    }

    /// Adds a family that consists of one sample.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some LosslessStringConvertible) {
        family(name, kind, help)
        sample(name, [], value)
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
