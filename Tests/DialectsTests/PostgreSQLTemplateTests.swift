import Testing

@testable import Dialects

/// Tests which templates of to_char have a counterpart among the formats of strftime.
struct PostgreSQLTemplateTests {
    @Test(
        arguments: [
            ("YYYY-MM-DD HH24:MI:SS", "%Y-%m-%d %H:%M:%S"), ("SS.MS", "%f"), ("SS.US", "%f000"), ("DDD", "%j"),
            (#"YYYY"T"HH24"#, "%YT%H"), ("HH24MISS", "%H%M%S"), ("MMMI", "%m%M"), ("SS SS", "%S %S"),
            // A longer field begins like a shorter one, and a suffix stands behind one.
            ("SSSS", nil), ("SSSSS", nil), ("HH24SSSS", nil), ("HH", nil), ("HH12", nil), ("YYY", nil), ("YY", nil),
            ("YYYYY", nil), ("Y,YYY", nil), ("MON", nil), ("MONTH", nil), ("MMM", nil), ("DDDD", nil), ("DAY", nil),
            ("DDTH", nil), ("DDth", nil), ("FMDD", nil), ("MS", nil), ("US", nil), ("TZ", nil), ("IYYY", nil),
            // What strftime reads otherwise, and what PostgreSQL does.
            ("YYYY%", nil), (#""100%"YYYY"#, nil), (#"\"YYYY\""#, nil), (#"" \" "YYYY"#, nil), ("-", nil),
        ] as [(String, String?)])
    func formats(_ template: String, _ format: String?) {
        #expect(PostgreSQLDefaultTranslation.format(of: template) == format)
    }
}
