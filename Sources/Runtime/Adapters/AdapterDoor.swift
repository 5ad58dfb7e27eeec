import Hummingbird
import Logging
import TCSettings

/// Identifies the adapter that makes a request, and the person for whom it speaks. Refusals are recorded in the audit log, up
/// to a number per time.
struct AdapterDoor: Sendable {
    let services: Services
    let access: AccessControl

    /// The person for whom an adapter speaks.
    enum Subject {
        /// A person with an account here. The person's rights apply, except those of an admin.
        case person(Caller)
        /// A person in the settings who has no account on this machine.
        case withoutAccount(String)
        /// Somebody whom the settings don't know. Such a person owns nothing and may do nothing.
        case nobody

        static let unmatched = RuntimeError(
            .notAllowed, "the settings know nobody with this identity, so this person has no sessions and may see none",
            remedy: "an admin can add it to a person's creds")

        static func noAccount(_ name: String) -> RuntimeError {
            RuntimeError(
                .notAllowed, "\(name) has no account on this machine, so no session can run as \(name)",
                remedy: "an admin can set os_username in the settings")
        }
    }

    /// Reads a request, and finds the person for whom the adapter speaks.
    ///
    /// - Throws: `RuntimeError`.
    func admit<T: SpokenFor>(
        _ request: Request, _ context: CallContext, as type: T.Type
    ) async throws -> (call: AdapterCall, subject: Subject, wanted: T) {
        let adapter = try await adapter(request, context)
        let call = AdapterCall(name: adapter.name, uid: context.identity.uid)
        let wanted = try await request.document(type, context)
        let identity = try wanted.identity()
        guard adapter.platforms.contains(identity.platform) else {
            let platform = identity.platform.rawValue
            try await refuse(context, call, because: "it may not speak for \(platform)")
            throw RuntimeError(
                .notAllowed, "the adapter \(adapter.name) may not speak for \(platform)",
                remedy: "an admin can allow it in adapters.\(adapter.name).platforms")
        }
        return (call, subject(identity, call), wanted)
    }

    /// Reads a request, and returns the caller as whom it is to be carried out.
    ///
    /// - Throws: `RuntimeError` if the person may not do anything.
    func caller<T: SpokenFor>(
        _ request: Request, _ context: CallContext, as type: T.Type
    ) async throws -> (caller: Caller, wanted: T) {
        let (call, subject, wanted) = try await admit(request, context, as: type)
        switch subject {
        case .person(let caller): return (caller, wanted)
        case .withoutAccount(let name):
            try await refuse(context, call, because: "\(name) has no account here")
            throw Subject.noAccount(name)
        case .nobody:
            // The log is kept for years, so it does not contain the unknown person's identity.
            try await refuse(context, call, because: "nobody has this identity of \(wanted.platform)")
            throw Subject.unmatched
        }
    }

    /// Returns the adapter whose token the request carries, after checking that the caller has that adapter's account.
    private func adapter(_ request: Request, _ context: CallContext) async throws -> Adapter {
        guard request.uri.query == nil else {
            try await refuse(context, nil, because: "a query, in which there may be a token")
            throw RuntimeError(
                .badRequest, "queries are not accepted here, because URLs end up in logs",
                remedy:
                    "send the token in the header Authorization, after the word Bearer; if this URL held it, replace it"
            )
        }
        guard let token = request.bearerToken else {
            try await refuse(context, nil, because: "no token")
            throw RuntimeError(
                .unknownToken, "an adapter's token is required here",
                remedy: "send it in the header Authorization, after the word Bearer")
        }
        // Both cases get the same answer, so that whoever has stolen a token does not learn that it is valid.
        guard let adapter = services.adapters.current.adapter(of: token),
            context.identity.adapters.contains(adapter.name)
        else {
            try await refuse(context, nil, because: "a token that is not valid for this account")
            throw RuntimeError(
                .unknownToken, "this adapter's token is not valid for this account",
                remedy: "check adapters in the settings: the token, and the account that it belongs to")
        }
        return adapter
    }

    private func subject(_ identity: PlatformIdentity, _ call: AdapterCall) -> Subject {
        guard let person = services.adapters.current.person(identity) else { return .nobody }
        guard let account = services.directory.current.identity(ofPerson: person) else {
            return .withoutAccount(person)
        }
        return .person(Caller(identity: account.throughDoor, adapter: call))
    }

    private func refuse(_ context: CallContext, _ call: AdapterCall?, because why: String) async throws {
        try await access.refuse(Caller(identity: context.identity, adapter: call), .speakFor, because: why)
    }
}
