import TCSettings

/// The part of a request that names the person for whom an adapter speaks. Each request contains it.
protocol SpokenFor: RequestDocument {
    var platform: String { get }
    /// The person's identity on the platform. It is a text even if it is a number: the numbers of some platforms have more
    /// digits than JSON parsers keep.
    var user: String { get }
}

/// The bodies of the adapters' requests.
enum AdapterRequest {
    struct Whoami: SpokenFor {
        var platform: String
        var user: String

        enum CodingKeys: CodingKey, CaseIterable { case platform, user }
    }

    struct List: SpokenFor {
        var platform: String
        var user: String
        var state: String?
        var project: String?
        var limit: Int?
        var after: String?

        enum CodingKeys: CodingKey, CaseIterable { case platform, user, state, project, limit, after }
    }

    struct One: SpokenFor {
        var platform: String
        var user: String
        var sessionID: String

        enum CodingKeys: String, CodingKey, CaseIterable {
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

        enum CodingKeys: String, CodingKey, CaseIterable {
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

        enum CodingKeys: String, CodingKey, CaseIterable {
            case platform, user, text, enter, keys
            case sessionID = "session_id"
        }
    }
}

extension SpokenFor {
    /// Returns the person's identity.
    ///
    /// - Throws: `RuntimeError` for a text that can't be an identity. Its message only describes what an identity looks like.
    func identity() throws(RuntimeError) -> PlatformIdentity {
        guard let known = PlatformIdentity.Platform(rawValue: platform) else {
            throw RuntimeError(
                .badRequest, "the platform is not known",
                remedy: "name one of \(PlatformIdentity.Platform.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let identity = PlatformIdentity(known, user) else {
            throw RuntimeError(.badRequest, "user is not an identity of \(platform): it must be \(known.form)")
        }
        return identity
    }
}
