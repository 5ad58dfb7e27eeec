import Dialects

/// The actual content of a column: counts and ranges, gathered in one pass without keeping the values.
struct ColumnProfile: Sendable, Equatable {
    /// The number of values of one kind, and the first of them.
    struct Occurrences: Sendable, Equatable {
        var count = 0
        /// The first such value and its row's key, for people.
        var example = ""

        var isNone: Bool { count == 0 }

        @inline(__always)
        mutating func note(_ value: RawValue, _ key: RowKey, _ cursor: any RowCursor) {
            if count == 0 { example = Self.text(value, key, cursor) }
            count += 1
        }

        @inline(never)
        private static func text(_ value: RawValue, _ key: RowKey, _ cursor: any RowCursor) -> String {
            "\(ValueText.short(value)) in row \(key.text(cursor))"
        }

        mutating func merge(_ other: Occurrences) {
            if count == 0 { example = other.example }
            count += other.count
        }
    }

    var nulls = 0
    var integers = Occurrences()
    var reals = Occurrences()
    var texts = Occurrences()
    var blobs = Occurrences()
    /// Texts that contain NUL or bytes that are not UTF-8.
    var unwritable = Occurrences()

    /// The largest integer; it has no meaning if there are no integers.
    var maximum = Int64.min
    /// Integers that a double would change.
    var inexactIntegers = Occurrences()
    /// Doubles that no decimal represents: infinities, and -0.0 with its sign.
    var undecimals = Occurrences()

    /// The kind of values that the declared type suggests.
    let meaning: DeclaredKind
    /// Values that are not of the kind `meaning`.
    var foreign = Occurrences()
    /// The rules that the values suggest.
    var hints = ColumnHints()
    /// Whether some dates or times of day have more in the source than is transferred (`essence`).
    private(set) var isAbridged = false
    /// The number of occurrences of each shape of date or time, by `CalendarShape.slot`; empty if the declared type is
    /// neither.
    var shapes: [Int] = []

    init(_ meaning: DeclaredKind) {
        self.meaning = meaning
        switch meaning {
        case .date, .time, .moment: shapes = Array(repeating: 0, count: CalendarShape.slots)
        case .integer, .real, .text, .bytes, .boolean, .uuid, .numeric, .varchar, .decimal, .unknown: break
        }
    }

    var values: Int { integers.count + reals.count + texts.count + blobs.count }
    var numbers: Int { integers.count + reals.count }
    /// Whether values of several storage classes were seen.
    var isMixed: Bool { [numbers, texts.count, blobs.count].filter { $0 > 0 }.count > 1 }

    /// Observes one value of the row on which the cursor stands. `key` names that row if the value is the first of its
    /// kind.
    mutating func observe(_ value: RawValue, _ key: RowKey, _ cursor: any RowCursor) {
        switch value {
        case .null: nulls += 1
        case .integer(let number): observe(integer: number, value, key, cursor)
        case .boolean(let flag): observe(integer: flag ? 1 : 0, value, key, cursor)
        case .real(let number):
            reals.note(value, key, cursor)
            hints.observe(real: number)
            if !number.isFinite || (number == 0 && number.sign == .minus) { undecimals.note(value, key, cursor) }
            if !fits(real: number) { foreign.note(value, key, cursor) }
        case .text(let bytes): observe(text: bytes, value, key, cursor)
        case .blob(let bytes):
            blobs.note(value, key, cursor)
            hints.observe(blob: bytes)
            if meaning != .bytes { foreign.note(value, key, cursor) }
        }
    }

    private mutating func observe(integer number: Int64, _ value: RawValue, _ key: RowKey, _ cursor: any RowCursor) {
        integers.note(value, key, cursor)
        maximum = max(maximum, number)
        hints.observe(integer: number)
        if Int64(exactly: Double(number)) != number { inexactIntegers.note(value, key, cursor) }
        if !fits(integer: number) { foreign.note(value, key, cursor) }
    }

    private mutating func observe(
        text bytes: UnsafeRawBufferPointer, _ value: RawValue, _ key: RowKey, _ cursor: any RowCursor
    ) {
        texts.note(value, key, cursor)
        hints.observe(text: bytes)
        let characters = UTF8Text.characters(in: bytes)
        if characters == nil { unwritable.note(value, key, cursor) }
        if !fits(text: bytes, characters: characters ?? .max) { foreign.note(value, key, cursor) }
    }

    private func fits(integer number: Int64) -> Bool {
        switch meaning {
        case .integer, .real, .numeric, .unknown: true
        case .boolean: number == 0 || number == 1
        case .decimal(let precision, let scale): DecimalFit.fits(number, precision: precision, scale: scale)
        case .text, .bytes, .date, .time, .moment, .uuid, .varchar: false
        }
    }

    private func fits(real number: Double) -> Bool {
        switch meaning {
        case .real, .numeric, .unknown: true
        case .decimal(let precision, let scale): DecimalFit.fits(number, precision: precision, scale: scale)
        case .integer, .boolean, .text, .bytes, .date, .time, .moment, .uuid, .varchar: false
        }
    }

    private mutating func fits(text bytes: UnsafeRawBufferPointer, characters: Int) -> Bool {
        switch meaning {
        case .text, .unknown: return true
        case .varchar(let length): return characters <= length
        case .uuid: return UUIDText.isCanonical(bytes)
        case .date, .time, .moment:
            let essence = Self.essence(of: bytes, as: meaning)
            guard let shape = CalendarText.shape(of: essence) else { return false }
            shapes[shape.slot] += 1
            isAbridged = isAbridged || essence.count < bytes.count
            return true
        case .integer, .real, .numeric, .decimal, .boolean, .bytes: return false
        }
    }
}

extension ColumnProfile {
    /// Returns a text without what a framework adds to a day or to a time of day.
    private static func essence(of text: UnsafeRawBufferPointer, as meaning: DeclaredKind) -> UnsafeRawBufferPointer {
        switch meaning {
        case .date: CalendarNumber.day(of: text)
        case .time: CalendarNumber.clock(of: text)
        case .moment, .integer, .real, .text, .bytes, .boolean, .uuid, .numeric, .varchar, .decimal, .unknown: text
        }
    }

    /// The shapes that occur, most frequent first.
    var shapeCounts: [(shape: CalendarShape, count: Int)] {
        shapes.indices.filter { shapes[$0] > 0 }.map { (CalendarShape(slot: $0), shapes[$0]) }
            .sorted { ($1.count, $0.shape.slot) < ($0.count, $1.shape.slot) }
    }

    /// Returns a profile of both columns' values together. It has no declared kind, only the values' counts.
    func merged(with other: ColumnProfile) -> ColumnProfile {
        var merged = ColumnProfile(.unknown(whenEmpty: .text))
        merged.appendValues(self)
        merged.appendValues(other)
        return merged
    }

    /// Adds the findings from the rows that follow, as if they had been observed here.
    mutating func append(_ next: ColumnProfile) {
        appendValues(next)
        foreign.merge(next.foreign)
        hints.append(next.hints)
        isAbridged = isAbridged || next.isAbridged
        for slot in shapes.indices { shapes[slot] += next.shapes[slot] }
    }

    private mutating func appendValues(_ next: ColumnProfile) {
        nulls += next.nulls
        integers.merge(next.integers)
        reals.merge(next.reals)
        texts.merge(next.texts)
        blobs.merge(next.blobs)
        unwritable.merge(next.unwritable)
        inexactIntegers.merge(next.inexactIntegers)
        undecimals.merge(next.undecimals)
        maximum = max(maximum, next.maximum)
    }
}

/// Tells whether a number is exactly a decimal with a given number of digits.
enum DecimalFit {
    static func fits(_ number: Int64, precision: Int, scale: Int) -> Bool {
        let digits = precision - scale
        return digits >= 19 || number.magnitude < power(digits)
    }

    /// Whether a double fits. It counts as the shortest decimal that reads back as the same double; up to 2^53 the quotient
    /// of two exact doubles is that decimal.
    static func fits(_ number: Double, precision: Int, scale: Int) -> Bool {
        guard number.isFinite, !(number == 0 && number.sign == .minus), scale <= 15 else { return false }
        let unit = Double(power(scale))
        let scaled = (number * unit).rounded()
        guard scaled.magnitude < 9_007_199_254_740_992, scaled / unit == number else { return false }
        return precision >= 16 || UInt64(scaled.magnitude) < power(precision)
    }

    private static func power(_ exponent: Int) -> UInt64 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
