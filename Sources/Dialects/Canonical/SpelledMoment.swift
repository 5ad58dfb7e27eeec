// Moments as Go and Rust write them for people. Programs store these texts, and neither database reads them.

extension CalendarNumber {
    /// Reads a moment with the offset that its text names: Go's `2024-01-02 03:04:05.123456 +0200 CEST`, perhaps with its monotonic clock
    /// behind it (`m=+0.01`), and Rust's `2024-01-02 3:04:05.0 +02:00:00` and `2024-01-02 03:04:05 UTC`. Digits finer than a microsecond
    /// are rounded. Returns `nil` for any other text, and outside the years 1 to 9999.
    package static func spelled(_ text: UnsafeRawBufferPointer) -> Int64? {
        var reader = ASCIIReader(text)
        guard let days = reader.calendarDate(), reader.skip(" "),
            let time = reader.timeOfDay(isRounded: true, hasShortHour: true), reader.skip(" "),
            let offset = reader.spelledZone(), reader.isAtEnd
        else { return nil }
        return readable(Int64(days) * microsecondsPerDay + time.microseconds - offset)
    }
}

extension ASCIIReader {
    /// Reads the offset, and skips the zone's name and the clock behind it.
    fileprivate mutating func spelledZone() -> Int64? {
        if skip(word: "UTC") { return 0 }
        guard let offset = spelledOffset() else { return nil }
        if isAtEnd { return offset }
        guard skip(" ") else { return nil }
        if skip(word: "m=") { return skipClock() ? offset : nil }
        guard skipName() else { return nil }
        if isAtEnd { return offset }
        return skip(word: " m=") && skipClock() ? offset : nil
    }

    /// Reads `+HH`, `+HHMM`, `+HH:MM` or `+HH:MM:SS`, in microseconds.
    private mutating func spelledOffset() -> Int64? {
        let isBehind = peek == UInt8(ascii: "-")
        guard isBehind || peek == UInt8(ascii: "+"), let offset = zoneOffset() else { return nil }
        guard offset.form == .numeric, skip(":") else { return offset.microseconds }
        guard let seconds = number(digits: 2), seconds < 60 else { return nil }
        return offset.microseconds + Int64(isBehind ? -seconds : seconds) * 1_000_000
    }

    /// Skips a number with its sign.
    private mutating func skipClock() -> Bool {
        guard skip("+") || skip("-") else { return false }
        let start = at
        while digit() != nil || skip(".") {}
        return at > start
    }

    /// Skips a zone's name: `CEST`, or `-03` where the zone has none.
    private mutating func skipName() -> Bool {
        let start = at
        while digit() != nil || skip("+") || skip("-") || skipLetter() {}
        return at > start
    }

    private mutating func skipLetter() -> Bool {
        guard let byte = peek, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) else { return false }
        position += 1
        return true
    }
}
