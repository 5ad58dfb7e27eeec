/// How a column's values are read if a rule says so. The result is the value that is written, and later compared.
package enum ValueRule: Hashable, Sendable {
    /// Numbers and texts are read as moments.
    case moment(TimestampRule)
    /// Numbers and texts that the rule reads as midnights, on the clock that it describes, are those days.
    case day(TimestampRule)
    /// Numbers and texts are read as times of day: a number as the one that 1 January 1970 has then, on the clock that the rule describes.
    case timeOfDay(TimestampRule)
    /// Numbers and texts are read as spans of time.
    case span(SpanRule)
    /// Texts are read as spans of time. Digits finer than a microsecond are rounded, and .NET's days (`1.02:03:04`) are read.
    case spanOfText
    /// Spans of time are written as what the rule counts: the way back.
    case counted(SpanRule)
    /// Moments, and times of day as moments of 1 January 1970, are written as the numbers that the rule reads: the way back.
    case numbered(TimestampRule)
    /// Texts of decimals are read as the doubles that show the same digits.
    case double
    /// A boolean is written as the text `true` or `false`.
    case words
    /// A uuid is written as its 32 digits, without hyphens.
    case digits
    /// A uuid is written as its 16 bytes.
    case bytesOfUUID
    /// Each NUL in a text, and each run of bytes that are not UTF-8, is replaced by this text.
    case cleaned(replacement: String)
}

extension ValueRule {
    /// The rule by which values are read as moments, or as parts of them; `nil` for any other rule.
    package var moments: TimestampRule? {
        switch self {
        case .moment(let rule), .day(let rule), .timeOfDay(let rule): rule
        case .span, .spanOfText, .counted, .numbered, .double, .words, .digits, .bytesOfUUID, .cleaned: nil
        }
    }
}

extension ValueRule {
    /// Whether the rule only says how texts are read, so that it says nothing of values whose type is known.
    package var isOfTextsAlone: Bool {
        switch self {
        case .timeOfDay(let rule): rule.count == .iso
        case .spanOfText: true
        case .moment, .day, .span, .counted, .numbered, .double, .words, .digits, .bytesOfUUID, .cleaned: false
        }
    }
}

extension ValueRule {
    /// Whether the rule cuts this value to six digits, because rounding would lead out of the calendar or into the next day.
    package func cuts(_ value: RawValue) -> Bool {
        switch self {
        case .moment(let rule): return rule.cutsMoment(value)
        case .timeOfDay:
            guard case .text(let text) = value else { return false }
            return CalendarNumber.isLastTime(text)
        case .day, .span, .spanOfText, .counted, .numbered, .double, .words, .digits, .bytesOfUUID, .cleaned:
            return false
        }
    }
}

/// Reads the values of one table's rows by the rules of its columns. A value that the reader makes stays valid until the next
/// value of its column, and at most as long as the reader.
package final class ValueReader {
    private let readings: [ValueRule?]
    private let ruled: [Int]
    private let scratch: RowScratch

    /// Makes a reader; `nil` if no column has a rule.
    package init?(_ readings: [ValueRule?]) {
        guard readings.contains(where: { $0 != nil }) else { return nil }
        self.readings = readings
        ruled = readings.indices.filter { readings[$0] != nil }
        scratch = RowScratch(columns: readings.count)
    }

    /// Replaces each value of a row by the one that its column's rule reads.
    package func read(_ row: inout RawRow) {
        for column in ruled { row[column] = read(row[column], column: column) }
    }

    /// Returns the value as its column's rule reads it. A value that the rule can't read is returned unchanged, and the column's
    /// type then refuses it; where the type would take it for something else, `unreadable` stands for it.
    package func read(_ value: RawValue, column: Int) -> RawValue {
        switch readings[column] {
        case nil: return value
        case .moment(let reading): return moment(value, reading, column)
        case .day(let reading): return day(value, reading, column)
        case .timeOfDay(let reading):
            guard let time = reading.timeOfDay(value) else { return value }
            return .text(scratch.make(column) { $0.append(time: time) })
        case .span(let reading):
            guard let span = reading.microseconds(value) else { return value.isNumber ? .unreadable : value }
            return .text(scratch.make(column) { $0.append(interval: IntervalNumber(microseconds: span)) })
        case .spanOfText:
            guard case .text(let text) = value, let span = IntervalText.rounded(text) else { return value }
            return .text(scratch.make(column) { $0.append(interval: span) })
        case .counted(let reading): return counted(value, reading, column)
        case .numbered(let reading):
            guard case .text(let text) = value, let moment = reading.microseconds(value) ?? reading.moment(ofTime: text)
            else { return value }
            return reading.number(of: moment) ?? value
        case .double:
            guard case .text(let bytes) = value, let number = DecimalText(bytes)?.double else { return value }
            return .real(number)
        case .words:
            guard case .boolean(let truth) = value else { return value }
            return .text(scratch.make(column) { $0.append(text: truth ? "true" : "false") })
        case .digits:
            guard let words = value.uuid else { return value }
            return .text(scratch.make(column) { $0.append(digits: words) })
        case .bytesOfUUID:
            guard let words = value.uuid else { return value }
            return .blob(
                scratch.make(column) { buffer in
                    buffer.append(words.0)
                    buffer.append(words.1)
                })
        case .cleaned(let replacement):
            guard case .text(let bytes) = value, UTF8Text.characters(in: bytes) == nil else { return value }
            return .text(scratch.make(column) { $0.append(cleaning: bytes, with: replacement) })
        }
    }

    private func moment(_ value: RawValue, _ reading: TimestampRule, _ column: Int) -> RawValue {
        guard let moment = reading.microseconds(value) else {
            // A column of moments would take the text as it is, without the rule's zone.
            return value.isText && reading.isOutOfRange(value) ? .unreadable : value
        }
        return .text(scratch.make(column) { $0.append(timestamp: moment, suffix: reading.isLocal ? "" : "Z") })
    }

    private func day(_ value: RawValue, _ reading: TimestampRule, _ column: Int) -> RawValue {
        guard let day = reading.day(value) else {
            // A column of days would take a midnight of UTC as it is, which is none on the rule's clock.
            return value.isText && reading.isMoment(value) ? .unreadable : value
        }
        return .text(scratch.make(column) { $0.append(date: day) })
    }

    private func counted(_ value: RawValue, _ reading: SpanRule, _ column: Int) -> RawValue {
        guard let span = value.interval?.length, let written = reading.written(span) else { return value }
        switch written {
        case .count(let number): return .integer(number)
        case .fraction(let number): return .real(number)
        case .moment(let moment): return .text(scratch.make(column) { $0.append(timestamp: moment) })
        }
    }
}

extension RawValue {
    /// A value that no column of moments, days or spans takes.
    fileprivate static var unreadable: RawValue { .blob(UnsafeRawBufferPointer(start: nil, count: 0)) }

    fileprivate var isText: Bool { if case .text = self { true } else { false } }

    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .real: true
        case .null, .boolean, .text, .blob: false
        }
    }
}

extension OutputBuffer {
    fileprivate mutating func append(digits words: (UInt64, UInt64)) {
        for word in [words.0, words.1] {
            for place in stride(from: 60, through: 0, by: -4) {
                append(Self.hexadecimal[Int(word >> UInt64(place) & 0xF)])
            }
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    fileprivate mutating func append(cleaning bytes: UnsafeRawBufferPointer, with replacement: String) {
        var at = 0
        var isInRun = false
        while at < bytes.count {
            let length = UTF8Text.sequenceLength(bytes, at)
            if length > 0 {
                append(UnsafeRawBufferPointer(rebasing: bytes[at..<at + length]))
            } else if bytes[at] == 0 || !isInRun {
                for byte in replacement.utf8 { append(byte) }
            }
            isInRun = length == 0 && bytes[at] != 0
            at += max(length, 1)
        }
    }
}
