/// JSON texts as `jsonb` accepts them.
package enum JSONText {
    /// Returns whether the text is an object or an array. A number or a word alone is JSON too, but it does not show that JSON
    /// was meant.
    package static func isObjectOrArray(_ text: UnsafeRawBufferPointer) -> Bool {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        guard let first = text.first(where: { !blanks.contains($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return false }
        return JSONDigest.of(text) != nil
    }
}
