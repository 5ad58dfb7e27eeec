import Testing

@testable import TCSettings

@Suite("words of YAML 1.1")
struct ScalarTests {
    /// The arguments are the values that PyYAML's safe_load gave for each text in an experiment.
    @Test(arguments: [
        ("yes", Scalar.Meaning.boolean(true)), ("Off", .boolean(false)), ("NO", .boolean(false)), ("y", .text("y")),
        ("oN", .text("oN")), ("~", .null), ("", .null), ("Null", .null), ("nULL", .text("nULL")),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("+7", .integer(7)),
        ("1_000", .integer(1_000)), ("0x1F", .integer(31)), ("0b101", .integer(5)), ("010", .integer(8)),
        ("09", .text("09")), ("1:30", .integer(90)), ("0.8", .real(0.8)), (".5", .real(0.5)), ("1.", .real(1)),
        ("1e3", .text("1e3")), ("1.5e3", .text("1.5e3")), ("1.5e+3", .real(1_500)), ("-.inf", .real(-.infinity)),
        ("2026-01-01", .text("2026-01-01")), ("1.2.3", .text("1.2.3")), ("-", .text("-")), (".", .text(".")),
        ("+31 6", .text("+31 6")),
    ])
    func meaning(_ word: String, _ meaning: Scalar.Meaning) {
        #expect(Scalar(text: word, style: .plain).meaning == meaning)
        #expect(Scalar(text: word, style: .singleQuoted).meaning == .text(word))
    }

    @Test("a tag makes text of a number, and << brings in another map")
    func tagsAndMerges() throws {
        let root = try YAMLFile.parse("a: !!str 12\nb: &b {x: 1, y: 2}\nc: {<<: *b, y: 3}\n", path: "f")
        #expect(root["a"]?.scalar?.meaning == .text("12"))
        let merged = try YAMLFile.parse("y: 3\nx: 1", path: "g")
        #expect(root["c"] == merged)
    }

    @Test("a tag that agrees with the text changes nothing, and survives being written")
    func agreeingTags() throws {
        let root = try YAMLFile.parse(
            "a: !!int \"12\"\nb: !!float 1.5\nc: !!bool yes\nd: !!null ''\ne: !!str true\nf: !!seq [! 1]\n!!str g: !!map {}\n",
            path: "f")
        let same = try YAMLFile.parse(
            "a: 12\nb: 1.5\nc: true\nd: null\ne: 'true'\nf: ['1']\ng: {}\n", path: "g")
        #expect(root == same)
        #expect(try YAMLFile.parse(try YAMLText.rendered(root), path: "h") == same)
    }

    @Test(
        "a tag that would change the meaning is refused with its line, and not repeated",
        arguments: [
            "z: !!binary aGk=", "z: !!int 1.5", "z: !!float 12", "z: !!bool 1", "z: !!null x", "z: !hunter2 x",
            "z: !hunter2", "z: !!set {x: null}", "z: !!omap [{x: 1}]", "!!int z: 1", "z: !!python/tuple [1]",
            "z: {<<: {a: !!binary aGk=}}", "!!merge <<: {a: 1}",
        ])
    func otherTags(_ line: String) {
        let error = #expect(throws: SettingsError.self) { try YAMLFile.parse("a: 1\n\(line)\n", path: "f") }
        #expect(error?.code == .unknownTag && error?.place == "f:2", "\(String(describing: error))")
        #expect(error.map { !"\($0)".contains("hunter2") } ?? false)
    }

    @Test("what is written is read back as the same")
    func writing() throws {
        let text = """
            a: "no"
            b: no
            c: '0123'
            d: 0123
            e: 2026-01-01
            f: {"Team ✨": 1, "": 2}
            g: [x, "", null, {}]
            h: |
              line
              two
            i: "\\e[31m \\u2028"
            j:
            """
        let root = try YAMLFile.parse(text, path: "f")
        let again = try YAMLFile.parse(try YAMLText.rendered(root), path: "g")
        #expect(again == root)
        #expect(again["a"]?.scalar?.meaning == .text("no") && again["b"]?.scalar?.meaning == .boolean(false))
    }
}
