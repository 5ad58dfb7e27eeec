/// JSON texts as `jsonb` accepts them.
package enum JSONText {
    package static func isJSON(_ text: UnsafeRawBufferPointer) -> Bool { JSONDigest.of(text) != nil }

    /// Whether a JSON text is an object or an array; a number or a word alone says nothing of what is meant.
    package static func isObjectOrArray(_ text: UnsafeRawBufferPointer) -> Bool {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        let first = text.first { !blanks.contains($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}
