/// JSON texts, as `jsonb` takes them.
package enum JSONText {
    /// Whether the text is an object or an array; a number or a word alone is JSON too, but says nothing of what is meant.
    package static func isObjectOrArray(_ text: UnsafeRawBufferPointer) -> Bool {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        guard let first = text.first(where: { !blanks.contains($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return false }
        return JSONDigest.of(text) != nil
    }
}
