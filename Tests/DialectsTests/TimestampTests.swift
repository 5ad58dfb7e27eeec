import Dialects
import Testing

@Suite("Moments")
struct TimestampTests {
    @Test(
        "every spelling of a moment becomes one",
        arguments: [
            ("2026-01-02T03:04:05.000006Z", "2026-01-02T03:04:05.000006Z"),
            ("2026-01-02 03:04:05.000006Z", "2026-01-02T03:04:05.000006Z"),
            ("2026-01-02 03:04:05", "2026-01-02T03:04:05.000000Z"),
            ("1999-12-31T23:59:59.5+02:00", "1999-12-31T21:59:59.500000Z"), ("yesterday", nil), ("", nil),
            ("2024-01-02 03:04:05.678 +02:00", "2024-01-02T01:04:05.678000Z"), ("2024-01-02 03:04:05 ", nil),
            ("2026-02-30T00:00:00Z", nil),
        ])
    func parsing(_ text: String, _ expected: String?) {
        #expect(Timestamp(parsing: text)?.text == expected)
    }

    @Test(
        "a moment that somebody gives has any form of RFC 3339",
        arguments: [
            ("2026-01-02t03:04:05.1234567z", "2026-01-02T03:04:05.123456Z"),
            ("2026-01-02T03:04:05.123456789+02:00", "2026-01-02T01:04:05.123456Z"),
            ("2026-01-02T03:04:05.9999999Z", "2026-01-02T03:04:05.999999Z"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"), ("2026-01-02T03:04:05.Z", nil), (".", nil),
            ("", nil),
        ])
    func given(_ text: String, _ expected: String?) {
        #expect(Timestamp(given: text)?.text == expected)
    }

    @Test("now is now, and moments have an order")
    func order() throws {
        let now = Timestamp.now
        let start = try #require(Timestamp(parsing: "2026-01-01T00:00:00Z"))
        #expect(start < now && now < now.advanced(seconds: 1) && now.text < now.advanced(seconds: 1).text)
        #expect(Timestamp(parsing: now.text) == now)
    }

    @Test("a sum of any size is a moment that both databases hold")
    func ends() throws {
        let (first, last) = ("0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z")
        let start = try #require(Timestamp(parsing: "2026-01-01T00:00:00Z"))
        #expect(start.advanced(seconds: .max).text == last && start.advanced(seconds: .min).text == first)
        #expect(start.advanced(milliseconds: .max).text == last && start.advanced(milliseconds: .min).text == first)
        #expect(start.advanced(seconds: .max).advanced(milliseconds: 1).text == last)
        #expect(start.advanced(seconds: -86_400).text == "2025-12-31T00:00:00.000000Z")
    }
}
