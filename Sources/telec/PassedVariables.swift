import TCPOSIX
import TCRuntime

/// The variables of the caller's environment that `--env` names.
enum PassedVariables {
    /// Checks that each value can be passed on as it is.
    /// - Throws: `RuntimeError` for a value that is not UTF-8. It is not shown, because it may be a secret.
    static func requireText(_ names: [String]) throws(RuntimeError) {
        for name in names {
            guard let value = getenv(name), SystemText.exact(value) == nil else { continue }
            throw RuntimeError(
                .badRequest, "the value of \(name) is not UTF-8, and would be changed on its way",
                remedy: "set the variable inside of the session")
        }
    }
}
