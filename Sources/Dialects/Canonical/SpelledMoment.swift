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
        guard skip(while: Self.isOfName) else { return nil }
        if isAtEnd { return offset }
        return skip(word: " m=") && skipClock() ? offset : nil
    }

    /// Reads `+HHMM`, `+HH:MM` or `+HH:MM:SS`, in microseconds.
    private mutating func spelledOffset() -> Int64? {
        let isBehind = skip("-")
        guard isBehind || skip("+"), let hours = number(digits: 2), hours < 16 else { return nil }
        let hasColons = skip(":")
        guard let minutes = number(digits: 2), minutes < 60 else { return nil }
        var seconds = 0
        if hasColons, skip(":") {
            guard let number = number(digits: 2), number < 60 else { return nil }
            seconds = number
        }
        let offset = Int64(hours * 3600 + minutes * 60 + seconds) * 1_000_000
        return isBehind ? -offset : offset
    }

    /// Skips a number with its sign.
    private mutating func skipClock() -> Bool {
        guard skip("+") || skip("-") else { return false }
        return skip(while: { $0 == UInt8(ascii: ".") || Self.isDigit($0) })
    }

    /// Skips all that follows and is of one kind. Returns false if nothing is.
    private mutating func skip(while isMeant: (UInt8) -> Bool) -> Bool {
        let start = at
        while let byte = peek, isMeant(byte) { position += 1 }
        return at > start
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Whether it may be part of a zone's name: `CEST`, or `-03` where the zone has none.
    private static func isOfName(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
    }
}
