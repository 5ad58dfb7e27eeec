import Dialects
import Testing

@testable import TCSettings

@Suite("what a caller sends is read in no more steps than it has letters, and not without end")
struct ReceivedDocumentTests {
    private func refusal(_ text: String) -> String? {
        do throws(SettingsError) {
            _ = try Preferences.received(text)
            return nil
        } catch { return error.code.rawValue }
    }

    @Test("more letters, values or sections than anybody prefers are refused")
    func bounds() {
        let keys = { (count: Int) in
            "{\"ui\": {" + (0..<count).map { "\"k\($0)\": \($0)" }.joined(separator: ",") + "}}"
        }
        let nested = { (depth: Int) in
            String(repeating: "{\"ui\":", count: depth) + "1" + String(repeating: "}", count: depth)
        }
        #expect(refusal(keys(1_900)) == nil && refusal(nested(16)) == nil)
        #expect(refusal(keys(2_100)) == "too_large" && refusal(nested(17)) == "too_large")
        #expect(refusal("{\"ui\": \"\(String(repeating: "x", count: 65_536))\"}") == "too_large")
        for text in [
            nested(5_000), String(repeating: "[", count: 60_000), "", "thinking_mode: fast", "[]", "{", "{\"a\": 1} x",
            // Aliases would turn a small text into a large document.
            "a: &a [1, 1]\nb: &b [*a, *a]\n? *b\n: 1",
        ] {
            #expect(["not_json", "too_large"].contains(refusal(text)))
        }
    }

    @Test("numbers, words and lists come out as they went in")
    func values() throws {
        let text = #"{"ui": {"a": [1, -2.5, 1e30, true, null, "no", {"b": "${HOME}"}]}, "default_model": "x"}"#
        let preferences = try Preferences.received(text).preferences
        #expect(preferences.model == "x")
        let list = try #require(preferences.sections["ui"]?["a"]?.list)
        #expect(
            list.map(\.document.description) == [
                "1", "-2.5", "1e+30", "true", "null", "\"no\"", "{\n  \"b\": \"${HOME}\"\n}",
            ])
    }

    /// Merging takes time linear in the number of keys; a quadratic merge would take many seconds for this number.
    @Test("settings are laid over each other in as many steps as there are keys")
    func merging() {
        let count = 40_000
        func layer(_ name: LayerName, _ suffix: String) -> Layer {
            Layer(
                name: name,
                leaves: (0..<count).map {
                    Layer.Leaf(
                        key: Key(["ui", "a\($0 % 7)", "k\($0)"]), value: SettingsValue(text: suffix), place: "f:\($0)")
                })
        }
        let began = ContinuousClock.now
        var effective = EffectiveSettings([layer(.system, "one"), layer(.user, "two")])
        #expect(
            effective.all.count == count && effective.all.allSatisfy { $0.value.text == "two" && $0.losers.count == 1 })
        #expect(effective.value(at: Key("ui"))?.map?.count == 7)
        #expect(effective["ui.a0.k0"]?.layer == .user)
        // A word replaces a section of a lower layer, and a section replaces a word.
        effective = EffectiveSettings([
            layer(.system, "one"),
            Layer(name: .user, leaves: [Layer.Leaf(key: Key("ui"), value: SettingsValue(text: "x"), place: "")]),
            Layer(
                name: .environment, leaves: [Layer.Leaf(key: Key("ui.b.c"), value: SettingsValue(text: "y"), place: "")]
            ),
        ])
        #expect(effective.all.map(\.key.description) == ["ui.b.c"] && effective.all[0].losers.count == count + 1)
        #expect(ContinuousClock.now - began < .seconds(20))
    }
}

extension JSON {
    fileprivate var description: String { rendered() }
}
