import Dialects
import Migrator
import TCTerminal
import Transfer

/// The exact commands with which a transfer that did not come to its end is gone on with, begun again, or given up.
struct WaysOn {
    /// The program's name, and the arguments of the run that ended.
    let program: String
    let arguments: [String]
    /// What these arguments name.
    let databases: [DatabaseURL]
    let target: DatabaseURL

    /// The problem that `error` is, with commands to copy where there are some.
    static func explain(_ error: any Error, source: String? = nil, target: String) -> Problem {
        var problem = Problem(error)
        guard let error = error as? TransferError, let to = try? DatabaseURL(parsing: target) else { return problem }
        let from = source.flatMap { try? DatabaseURL(parsing: $0) }
        let ways = WaysOn(
            program: MigrateProgram.context.name, arguments: Array(CommandLine.arguments.dropFirst()),
            databases: [from, to].compactMap { $0 }, target: to)
        problem.remedy = ways.remedy(of: error)
        return problem
    }

    /// What to do, as a part of a sentence with the commands in it.
    func remedy(of error: TransferError) -> String {
        let again = arguments.filter { $0 != "--resume" }.map(shown)
        let abandoning = line(AbandonCommand.words + ["\(target)"])
        switch error {
        case .interrupted, .unfinished:
            return "go on with: \(line(again + ["--resume"])) ; or remove what is there with: \(abandoning)"
        case .stopped: return "begin again with: \(line(again))"
        case .sourceChanged, .otherSource, .planChanged:
            return error.remedy(abandoning: "with: \(abandoning)")
        case .oneDatabase, .targetNotEmpty, .noSuchTable, .badRule, .rulesForSameEngineCopy, .incompatibleValues,
            .neverNull,
            .doesNotFit,
            .keyNotBuilt, .keysFold, .noSupport, .nothingToAbandon, .nothingToReport:
            return error.remedy
        }
    }

    /// A server's URL is shown as everywhere, without its password.
    private func shown(_ argument: String) -> String {
        for url in databases where url.filePath == nil && (try? DatabaseURL(parsing: argument)) == url {
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
