/// The reason why settings can't be used: what is wrong, where, and what to do. No part of it shows a secret.
public struct SettingsError: Error, Sendable, Equatable {
    /// A stable word for programs.
    package enum Code: String, Sendable {
        case adapterIncomplete = "adapter_incomplete"
        case adapterName = "adapter_name"
        case adapterToken = "adapter_token"
        case databaseURL = "database_url"
        case duplicateAdapterToken = "duplicate_adapter_token"
        case duplicateIdentity = "duplicate_identity"
        case duplicateOsUsername = "duplicate_os_username"
        case duplicatePerson = "duplicate_person"
        case duplicateUID = "duplicate_uid"
        case exists
        case forbidden
        case foreignOwner = "foreign_owner"
        case missing
        case noDatabase = "no_database"
        case noHome = "no_home"
        case noInstall = "no_install"
        case notAFile = "not_a_file"
        case notAName = "not_a_name"
        case notAPerson = "not_a_person"
        case notJSON = "not_json"
        case notSettings = "not_settings"
        case notText = "not_text"
        case notWritable = "not_writable"
        case notWritten = "not_written"
        case notYAML = "not_yaml"
        case otherAccount = "other_account"
        case secretInUserFile = "secret_in_user_file"
        case severalNames = "several_names"
        case splitDiffers = "split_differs"
        case systemKey = "system_key"
        case tooDeep = "too_deep"
        case tooLarge = "too_large"
        case tooManyValues = "too_many_values"
        case twoDatabases = "two_databases"
        case unknownDatabaseKey = "unknown_database_key"
        case unknownKey = "unknown_key"
        case unknownPerson = "unknown_person"
        case unknownPlatform = "unknown_platform"
        case unknownRole = "unknown_role"
        case unknownTag = "unknown_tag"
        case unreadable
        case writableByOthers = "writable_by_others"
        case wrongMode = "wrong_mode"
        case wrongPart = "wrong_part"
        case wrongType = "wrong_type"
    }

    package var code: Code
    /// The place of the error: `FILE:LINE`, or the file alone.
    package var place: String?
    package var message: String
    package var remedy: String

    package init(_ code: Code, at place: String? = nil, _ message: String, remedy: String) {
        self.code = code
        self.place = place
        self.message = SecretDetector.masked(message)
        self.remedy = SecretDetector.masked(remedy)
    }
}

extension SettingsError: CustomStringConvertible {
    /// `FILE:LINE: what is wrong; what to do`.
    public var description: String { (place.map { "\($0): " } ?? "") + "\(message); \(remedy)" }
}

/// A remark on settings that can be loaded but have something that somebody should know.
public struct Remark: Sendable, Equatable {
    /// The place of the remark: `FILE:LINE`, or the file alone.
    package var place: String?
    package var message: String
    /// Whether `telec config check` fails because of the remark.
    package var isFailure: Bool

    package init(_ message: String, at place: String? = nil, isFailure: Bool = false) {
        self.place = place
        self.message = SecretDetector.masked(message)
        self.isFailure = isFailure
    }
}

extension Remark: CustomStringConvertible {
    public var description: String { (place.map { "\($0): " } ?? "") + message }
}
