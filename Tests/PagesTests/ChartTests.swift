import Dialects
import Foundation
import Testing

@testable import TCPages

struct ChartTests {
    @Test(
        "the top is round, above all values, and half of it is whole",
        arguments: [0, 1, 2, 3, 5, 7, 10, 11, 99, 101, 1_000, 4_001, 999_999, Int.max])
    func scale(_ most: Int) {
        let scale = AxisScale(for: [0, most, 1])
        #expect(scale.top >= Double(most) && scale.top >= 2)
        #expect(most < 3 || scale.top <= Double(most) * 2.01)
        #expect((scale.top / 2).rounded() == scale.top / 2)
        #expect(scale.share(most) <= 1 && scale.share(0) == 0 && scale.share(-5) == 0)
        #expect(scale.share(1) >= 0.01)
    }

    @Test("labels are short")
    func labels() {
        #expect(
            [0, 2, 999, 1_000, 1_500, 4e6, 1e19].map(AxisScale.label) == ["0", "2", "999", "1k", "1.5k", "4M", "10E"])
        #expect(AxisScale(for: []).ticks == ["2", "1", "0"])
    }

    private func chart(_ values: [Int]) -> ColumnChart {
        ColumnChart(
            title: "T", unit: "sessions", columns: values.enumerated().map { .init("d\($0.offset)", $0.element) })
    }

    @Test("no data, and data that is all nothing, are said and not drawn", arguments: [[], [0], [0, 0, 0]])
    func empty(_ values: [Int]) {
        let html = chart(values).html
        #expect(html.contains("<p>None in this time.</p>") && !html.contains("<svg"))
        #expect(html.components(separatedBy: "<tr>").count == values.count + 2)
    }

    @Test("one point is one column")
    func onePoint() {
        let html = chart([7]).html
        #expect(html.contains("aria-label=\"7 sessions in all; most on d0: 7.\""))
        #expect(html.contains(#"<rect x="1" y="30" width="8" height="70"/>"#), "\(html)")
        #expect(html.components(separatedBy: "d0</span>").count == 2)
    }

    @Test("huge numbers neither overflow nor leave the chart")
    func huge() {
        let chart = chart([.max, .max, 1])
        #expect(chart.summary.contains("9,223,372,036,854,775,807 sessions in all"))
        let svg = chart.svg(AxisScale(for: [.max, .max, 1]))
        #expect(svg.contains(#"y="99" width="8" height="1""#), "\(svg)")
        #expect(!svg.contains("y=\"-"))
    }

    @Test("bars stay in their place")
    func bars() {
        #expect(HTMLTable.bar(0, of: 0).contains(#"width="0""#) && HTMLTable.bar(5, of: 0).contains(#"width="0""#))
        #expect(HTMLTable.bar(1, of: 1_000_000).contains(#"width="1""#))
        #expect(
            HTMLTable.bar(9, of: 3).contains(#"width="100""#) && HTMLTable.bar(1, of: 3).contains(#"width="33.33""#))
        #expect(Grouped.text(-1_234_567) == "-1,234,567" && Grouped.text(12) == "12")
    }
}

struct HTMLTests {
    @Test("nothing that somebody has chosen is markup")
    func escaping() {
        #expect(
            HTML.escaped("<b a=\"'\">&\u{0}\u{9B}\u{1B}")
                == "&lt;b a=&quot;&#39;&quot;&gt;&amp;\u{FFFD}\u{FFFD}\u{FFFD}")
        // `<` and the combining mark are two scalars, but one character.
        #expect(HTML.escaped("<\u{338}script>").utf8.starts(with: "&lt;".utf8))
        #expect(HTML.name("a\u{202E}b\n</bdi>") == "<bdi>a\u{FFFD}b\u{FFFD}&lt;/bdi&gt;</bdi>")
        #expect(HTML.name(String(repeating: "x", count: 5_000)).count < 130)
    }

    @Test("the policy lets in the style sheet that is there, and nothing else")
    func policy() throws {
        let page = HTMLDocument(title: "<T>", body: "").text
        let style = try #require(page.firstMatch(of: /<style>((?s).*)<\/style>/)).1
        let hash = SHA256.hexadecimal(of: String(style).utf8)
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { at in
            UInt8(hash.dropFirst(at).prefix(2), radix: 16)
        }
        #expect(
            page.contains("style-src 'sha256-\(Data(bytes).base64EncodedString())'"),
            "\(Data(bytes).base64EncodedString())")
        #expect(page.contains("default-src 'none'") && page.contains("<title>&lt;T&gt;</title>"))
        for word in ["<script", "http:", "https:", "url(", "@import", "style=\""] {
            #expect(!page.contains(word), "\(word)")
        }
    }
}
