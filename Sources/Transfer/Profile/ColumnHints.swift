import Dialects

/// The rules that a column's values suggest. They are gathered while the values are read, and each is dropped at the
/// first value that rules it out.
struct ColumnHints: Sendable, Equatable {
    private var minimum = Int64.max
    private var maximum = Int64.min
    private var lowest = Double.infinity
    private var highest = -Double.infinity
    /// Whether every text so far is a JSON object or array.
    private(set) var isJSON = true
    /// Whether every text so far is JSON of any kind: a number or a word alone, too.
    private(set) var isAnyJSON = true
    /// Whether every text so far is most likely a uuid, in any of its written forms.
    private(set) var isUUID = true
    /// Whether every text so far has the digits of a uuid, whichever bits they show.
    private(set) var hasUUIDDigits = true
    /// Whether every blob so far has the 16 bytes of a uuid.
    private(set) var isUUIDBytes = true
    /// Whether every blob so far has the 16 bytes of a uuid, in the order of its digits: with its version and variant (RFC 9562, section 4).
    private(set) var isMarkedUUIDBytes = true
    /// Whether every text so far names a day of 1970, or of the month before.
    private(set) var isNear1970 = true
    /// Whether every text so far that is no day alone is a timestamp, with any number of digits behind its seconds, and whether no rule is
    /// needed for it.
    private var timestamps = TextForms()
    /// Whether a text so far is a day alone, which a rule reads as its midnight.
    private var hasDays = false
    /// Whether a timestamp so far names its zone, and whether one names none.
    private var (hasZones, lacksZones) = (false, false)
    /// Whether every text so far is a moment that names its offset as Go and Rust do.
    private(set) var isSpelled = true
    /// Whether every text so far is a day, or a moment, in ISO 8601's basic form.
    private(set) var isBasicDay = true
    private(set) var isBasicMoment = true
    /// Whether one text so far is .NET's last moment.
    private(set) var hasLastMoment = false
    /// Whether every text so far is a time of day, or a span of time, in a form that a rule reads, and whether no rule is needed for it.
    private(set) var times = TextForms()
    private(set) var spans = TextForms()
    /// Whether every text so far is a host's address.
    private(set) var isAddress = true
    /// Whether every text so far says true or false.
    private(set) var isTruth = true
    /// Whether every double so far is a decimal with at most two digits after the point.
    private(set) var isMoney = true
    /// What the numbers' sizes say about a unit of time.
    private(set) var unix = UnixNumbers()
    /// The number of doubles with digits behind the point.
    private(set) var fractions = 0
    /// The number of zeros.
    private(set) var zeros = 0

    /// Whether every text so far is a timestamp in any spelling that a rule reads.
    var isTimestamp: Bool { timestamps.areRead && !hasDays }
    /// Whether every text so far is a timestamp that needs no rule, and whether it names its zone.
    var isZoned: Bool { isTimestamp && timestamps.areExact && hasZones && !lacksZones }
    var isNaive: Bool { isTimestamp && timestamps.areExact && lacksZones && !hasZones }
    /// Whether every text so far is a timestamp or a day alone, and one is a day; and whether none of them names a zone or needs a rule.
    var hasDaysForMoments: Bool { timestamps.areRead && hasDays }
    var hasNaiveDays: Bool { hasDaysForMoments && timestamps.areExact && !hasZones }

    mutating func observe(integer number: Int64) {
        minimum = min(minimum, number)
        maximum = max(maximum, number)
        unix.observe(number)
        if number == 0 { zeros += 1 }
    }

    mutating func observe(real number: Double) {
        lowest = min(lowest, number)
        highest = max(highest, number)
        unix.observe(number)
        if number.rounded(.towardZero) != number { fractions += 1 }
        if number == 0 { zeros += 1 }
        if isMoney { isMoney = DecimalFit.fits(number, precision: 15, scale: 2) }
    }

    mutating func observe(text bytes: UnsafeRawBufferPointer) {
        if isAnyJSON {
            isAnyJSON = JSONText.isJSON(bytes)
            isJSON = isJSON && isAnyJSON && JSONText.isObjectOrArray(bytes)
        }
        if isNear1970 { isNear1970 = bytes.starts(with: "1970".utf8) || bytes.starts(with: "1969-12".utf8) }
        if timestamps.areRead { observe(moment: bytes) }
        if isBasicDay || isBasicMoment {
            let basic = BasicMoment(bytes)
            isBasicDay = isBasicDay && basic?.isDay == true
            isBasicMoment = isBasicMoment && basic?.isDay == false
        }
        times.observe(bytes) { CalendarNumber.time($0, isRounded: !$1) != nil }
        spans.observe(bytes) { CalendarNumber.isSpan($0, isExact: $1) }
        if hasUUIDDigits {
            hasUUIDDigits = UUIDText.hasDigits(bytes)
            isUUID = isUUID && hasUUIDDigits && UUIDText.isLikely(bytes)
        }
        if isTruth { isTruth = BooleanText.truth(bytes) != nil }
        if isAddress { isAddress = AddressText.isHost(bytes) }
    }

    private mutating func observe(moment bytes: UnsafeRawBufferPointer) {
        guard !CalendarNumber.isDay(bytes) else {
            hasDays = true
            return
        }
        timestamps.observe(bytes) { CalendarNumber.isTimestamp($0, isExact: $1) }
        let namesNone = CalendarNumber.isTimestamp(bytes, zone: .none)
        hasZones = hasZones || !namesNone
        lacksZones = lacksZones || namesNone
        isSpelled = isSpelled && CalendarNumber.spelled(bytes) != nil
        hasLastMoment = hasLastMoment || CalendarNumber.isLastMoment(bytes)
    }

    mutating func observe(blob bytes: UnsafeRawBufferPointer) {
        isUUIDBytes = isUUIDBytes && bytes.count == 16
        isMarkedUUIDBytes =
            isMarkedUUIDBytes && isUUIDBytes && (1...8).contains(bytes[6] >> 4) && bytes[8] >> 6 == 0b10
    }

    /// Adds the hints from the values that follow: only what both allow stays possible.
    mutating func append(_ next: ColumnHints) {
        minimum = min(minimum, next.minimum)
        maximum = max(maximum, next.maximum)
        lowest = min(lowest, next.lowest)
        highest = max(highest, next.highest)
        isJSON = isJSON && next.isJSON
        isAnyJSON = isAnyJSON && next.isAnyJSON
        isUUID = isUUID && next.isUUID
        hasUUIDDigits = hasUUIDDigits && next.hasUUIDDigits
        isUUIDBytes = isUUIDBytes && next.isUUIDBytes
        isMarkedUUIDBytes = isMarkedUUIDBytes && next.isMarkedUUIDBytes
        isNear1970 = isNear1970 && next.isNear1970
        timestamps.append(next.timestamps)
        hasDays = hasDays || next.hasDays
        hasZones = hasZones || next.hasZones
        lacksZones = lacksZones || next.lacksZones
        isSpelled = isSpelled && next.isSpelled
        isBasicDay = isBasicDay && next.isBasicDay
        isBasicMoment = isBasicMoment && next.isBasicMoment
        hasLastMoment = hasLastMoment || next.hasLastMoment
        times.append(next.times)
        spans.append(next.spans)
        isAddress = isAddress && next.isAddress
        isTruth = isTruth && next.isTruth
        isMoney = isMoney && next.isMoney
        unix.append(next.unix)
        fractions += next.fractions
        zeros += next.zeros
    }

    /// Returns the epochs and units by which every number lies between 1990 and 2100, the most likely first.
    func moments(isCoreData: Bool) -> [TimestampRule.Count] {
        let (low, high) = (min(lowest, Double(minimum)), max(highest, Double(maximum)))
        guard minimum <= maximum || lowest <= highest else { return [] }
        // Core Data counts from 2001: numbers that mean 1990 to 1999 by the Unix epoch mean 2021 to 2031 there.
        let isApple = low > 10_000 && high < 1_000_000_000
        if low >= 631_152_000, high < 4_102_444_800 {
            return isApple ? (isCoreData ? [.apple, .unix] : [.unix, .apple]) : [.unix]
        }
        if low >= 2_447_892.5, high < 2_488_069.5 { return [.julian] }
        if isCoreData && isApple { return [.apple] }
        if low >= 631_152_000_000, high < 4_102_444_800_000 { return [.unixMilliseconds] }
        if low >= 631_152_000_000_000, high < 4_102_444_800_000_000 { return [.unixMicroseconds] }
        return []
    }
}

/// Whether all texts of a column have a form, and whether they have it exactly.
struct TextForms: Sendable, Equatable {
    /// Whether a rule reads every text so far.
    private(set) var areRead = true
    /// Whether every text so far needs no rule.
    private(set) var areExact = true

    /// Whether all are read by a rule, and some by nothing else.
    var needRule: Bool { areRead && !areExact }

    mutating func observe(_ text: UnsafeRawBufferPointer, _ reads: (UnsafeRawBufferPointer, _ isExact: Bool) -> Bool) {
        guard areRead else { return }
        // A rule reads what needs none.
        if areExact && reads(text, true) { return }
        areExact = false
        areRead = reads(text, false)
    }

    /// Adds what the texts that follow are.
    mutating func append(_ next: TextForms) {
        areRead = areRead && next.areRead
        areExact = areExact && next.areExact
    }
}
