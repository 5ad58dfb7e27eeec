import Dialects

/// Writes a row as one line of JSON, from which each value can be recovered exactly.
///
/// Numbers are JSON numbers with all their digits. A value that JSON can't express is an object with one member: `{"blob": …}`
/// and, for text with NUL or invalid UTF-8, `{"text": …}` hold bytes in base 64 (RFC 4648); `{"real": "Infinity"}` is a double
/// that is no decimal (`-Infinity`, `NaN`, `-0.0`).
package enum RowRecord {
    /// Returns the row on which the cursor stands. `columns` are the names of its first columns.
    package static func json(_ cursor: any RowCursor, _ columns: [String]) -> [UInt8] {
        var json: [UInt8] = [UInt8(ascii: "{")]
        for (at, column) in columns.enumerated() {
            if at > 0 { json += ", ".utf8 }
            json.appendString(Array(column.utf8))
            json += ": ".utf8
            json.append(cursor.raw(at))
        }
        json.append(UInt8(ascii: "}"))
        return json
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ value: RawValue) {
        switch value {
        case .null: self += "null".utf8
        case .boolean(let flag): self += (flag ? "true" : "false").utf8
        case .integer(let number): self += String(number).utf8
        case .real(let number):
            let isPlain = number.isFinite && !(number == 0 && number.sign == .minus)
            self += (isPlain ? "\(number)" : "{\"real\": \"\(RowRecord.word(for: number))\"}").utf8
        case .text(let bytes):
            if UTF8Text.characters(in: bytes) == nil { append("text", bytes) } else { appendString(bytes) }
        case .blob(let bytes): append("blob", bytes)
        }
    }

    private mutating func append(_ kind: String, _ bytes: UnsafeRawBufferPointer) {
        self += "{\"\(kind)\": \"".utf8
        appendBase64(bytes)
        self += "\"}".utf8
    }

    /// Appends a JSON string (RFC 8259, section 7).
    fileprivate mutating func appendString(_ text: some Collection<UInt8>) {
        reserveCapacity(count + text.count + 2)
        append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                self += "\\u00".utf8
                append(byte < 16 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
                let digit = byte & 15
                append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendBase64(_ bytes: UnsafeRawBufferPointer) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        reserveCapacity(count + (bytes.count + 2) / 3 * 4 + 2)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let present = Swift.min(3, bytes.count - start)
            var word: UInt32 = 0
            for offset in 0..<3 { word = word << 8 | (offset < present ? UInt32(bytes[start + offset]) : 0) }
            for place in 0..<4 {
                let digit = Int(word >> (18 - 6 * UInt32(place)) & 63)
                append(place <= present ? alphabet[digit] : UInt8(ascii: "="))
            }
        }
    }
}

extension RowRecord {
    fileprivate static func word(for number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number == 0 { return "-0.0" }
        return number < 0 ? "-Infinity" : "Infinity"
    }
}

extension RowRecord {
    /// Returns one value, written as in a row.
    package static func value(_ value: RawValue) -> String {
        var json: [UInt8] = []
        json.append(value)
        return String(decoding: json, as: UTF8.self)
    }
}
