/// The reason why settings can't be used: what is wrong, where, and what to do. No part of it shows a secret.
public struct SettingsError: Error, Sendable, Equatable {
    /// A stable word for programs, such as `writable_by_others`.
    package var code: String
    /// The place of the error: `FILE:LINE`, or the file alone.
    package var place: String?
    package var message: String
    package var remedy: String

    package init(_ code: String, at place: String? = nil, _ message: String, remedy: String) {
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
