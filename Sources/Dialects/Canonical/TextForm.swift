/// A form that texts must have to become values of another type, and that SQL can only check by an error. So they are read and
/// judged here.
public enum TextForm: Sendable, Equatable {
    /// JSON as `jsonb` takes it: without `\u0000`, a surrogate that lacks its other half, or a number that no `numeric` holds.
    case json

    /// Whether these bytes are such a text.
    public func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .json: JSONDigest.of(text) != nil
        }
    }
}
