/// A form that texts must have before a conversion to another type, and that SQL can't check without raising an error. So the
/// texts are read and judged here.
public enum TextForm: Sendable, Equatable {
    /// JSON as `jsonb` takes it: without `\u0000`, a surrogate that lacks its other half, or a number that no `numeric` holds.
    case json

    /// Returns whether these bytes are a text of this form.
    public func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .json: JSONDigest.of(text) != nil
        }
    }
}
