import TCSettings

/// What an adapter says of whom it speaks for. Each of its requests says so anew.
protocol SpokenFor: Decodable, Sendable {
    var platform: String { get }
    /// A text also where it is a number: those of some platforms are longer than what JSON's readers keep of one.
    var user: String { get }
}

/// The bodies of the requests at the adapters' door.
enum AdapterRequest {
    struct Whoami: SpokenFor {
        var platform: String
        var user: String
    }

    struct List: SpokenFor {
        var platform: String
        var user: String
        var state: String?
        var project: String?
        var limit: Int?
        var after: String?
    }

    struct One: SpokenFor {
        var platform: String
        var user: String
        var sessionID: String

        enum CodingKeys: String, CodingKey {
            case platform, user
            case sessionID = "session_id"
        }
    }

    struct Start: SpokenFor {
        var platform: String
        var user: String
        var title: String
        var projectPath: String
        var agent: String

        enum CodingKeys: String, CodingKey {
            case platform, user, title, agent
            case projectPath = "project_path"
        }
    }

    struct Send: SpokenFor {
        var platform: String
        var user: String
        var sessionID: String
        var text: String?
        var enter: Bool?
        var keys: [String]?

        enum CodingKeys: String, CodingKey {
            case platform, user, text, enter, keys
            case sessionID = "session_id"
        }
    }
}

extension SpokenFor {
    /// Throws `RuntimeError` for what can be nobody's identity, of which the answer says no more than what one looks like.
    func identity() throws(RuntimeError) -> PlatformIdentity {
        guard let known = PlatformIdentity.Platform(rawValue: platform) else {
            throw RuntimeError(
                .badRequest, "the platform is not known",
                remedy: "say one of \(PlatformIdentity.Platform.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let identity = PlatformIdentity(known, user) else {
            throw RuntimeError(.badRequest, "user is no identity of \(platform): that is \(known.form)")
        }
        return identity
    }
}
