import Dialects

/// The very commands with which an interrupted transfer is gone on with, or given up.
struct WaysOn {
    /// The program's name, and the arguments of the run that was interrupted.
    let program: String
    let arguments: [String]
    let source: DatabaseURL
    let target: DatabaseURL

    /// As a part of a sentence.
    var text: String {
        let again = arguments.filter { $0 != "--resume" }.map(shown) + ["--resume"]
        let abandoning = ["transfer", "--abandon", "\(target)"]
        return "go on with: \(line(again)) ; or remove what is there with: \(line(abandoning))"
    }

    /// A server's URL is shown as everywhere, without its password.
    private func shown(_ argument: String) -> String {
        for url in [source, target] where url.filePath == nil && (try? DatabaseURL(parsing: argument)) == url {
            return "\(url)"
        }
        return argument
    }

    private func line(_ words: [String]) -> String { ([program] + words).map(Self.quoted).joined(separator: " ") }

    /// As a shell takes it for one word.
    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                let scalar = UnicodeScalar(byte)
                return scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "+,-./:=@_%".unicodeScalars.contains(scalar))
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
