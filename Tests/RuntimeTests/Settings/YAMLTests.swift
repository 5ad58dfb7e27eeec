import TCYAML
import TestSupport
import Testing

@Suite("YAML, read and written by libyaml")
struct YAMLTests {
    @Test("scalars keep their words, styles and explicit tags, and every node its line")
    func scalars() throws {
        let text = """
            plain: a b
            single: 'it''s'
            double: "\\u00e9\\0"
            literal: |
              two
              lines
            folded: >-
              one
              line
            tagged: !!str 12
            empty:
            list:
              - 1
              - [2, {k: v}]
            """
        let root = try #require(try YAML.node(of: text))
        #expect(
            rendered(root) == """
                {plain: a b, single: 'it's', double: "é\0", literal: |two
                lines
                , folded: >one line, tagged: !<tag:yaml.org,2002:str> 12, empty: , list: [1, [2, {k: v}]]}
                """)
        guard case .mapping(let members) = root.content else { return }
        #expect(members.map(\.key.line) == [1, 2, 3, 4, 7, 10, 11, 12])
    }

    @Test("an alias is what its anchor last stood for, and a merge key is known by being plain")
    func aliases() throws {
        let root = try #require(try YAML.node(of: "a: &x [1]\nb: *x\nc: &x {k: 2}\nd: *x\n<<: *x"))
        #expect(rendered(root) == "{a: [1], b: [1], c: {k: 2}, d: {k: 2}, <<: {k: 2}}")
        guard case .mapping(let members) = root.content else { return }
        #expect(members.map(\.key.isMergeKey) == [false, false, false, false, true])
        #expect(try YAML.node(of: "'<<': 1").map(rendered) == "{'<<': 1}")
    }

    @Test(
        "texts that hold no document",
        arguments: ["", "\n", "# a comment\n", "\u{FEFF}"])
    func nothing(_ text: String) throws {
        #expect(try YAML.node(of: text) == nil)
    }

    @Test(
        "what is no YAML is refused with its line, and without its text",
        arguments: [
            ("a: 1\nb: [secret", 3, "did not find expected"), ("a: *b", 1, "found undefined alias"),
            ("a: &b [*b]", 1, "found undefined alias"), ("a: 1\n---\nb: 2", 2, "but found another document"),
            ("x: 1\na: 1\nb: 2\na: 3", 2, "a occurs twice"), ("a: 'secret", 1, "unexpected end of stream"),
            ("a: \"\\q\"", 1, "unknown escape"), ("\ta: 1", 1, "cannot start any token"), ("a: b: c", 1, "not allowed"),
            ("a: \u{1}", nil, "control characters"), ("a: \u{0}b", nil, "control characters"),
        ] as [(String, Int?, String)])
    func malformed(_ text: String, line: Int?, says: String) throws {
        let error = #expect(throws: YAMLError.self) { _ = try YAML.node(of: text) }
        guard case .malformed(let at, let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(at == line && problem.contains(says) && !problem.contains("secret"), "\(problem) at \(at ?? 0)")
    }

    @Test("what is deeper than anybody writes ends in words, not in a full stack")
    func deep() throws {
        let (most, more) = (String(repeating: "[", count: 64), String(repeating: "[", count: 100_000))
        #expect(throws: Never.self) { _ = try YAML.node(of: most + String(repeating: "]", count: 64)) }
        #expect(throws: YAMLError.self) { _ = try YAML.node(of: more) }
        #expect(throws: YAMLError.tooDeep(line: 1)) { _ = try YAML.node(of: String(repeating: "{a: ", count: 65)) }
    }

    /// Each line nests the one before it, by an alias: the text is flat, and what it means is deep.
    @Test("an alias counts as deep as what it stands for")
    func deepAliases() throws {
        func chain(_ lines: Int) -> String {
            "k0: &a [x]\n" + (1..<lines).map { "k\($0): &a [*a]\n" }.joined()
        }
        #expect(throws: Never.self) { _ = try YAML.node(of: chain(63)) }
        #expect(throws: YAMLError.tooDeep(line: 64)) { _ = try YAML.node(of: chain(64)) }
        #expect(throws: YAMLError.tooDeep(line: 64)) { _ = try YAML.node(of: chain(60_000)) }
        let maps = "k0: &a {x: y}\n" + (1..<64).map { "k\($0): &a {x: *a}\n" }.joined()
        #expect(throws: YAMLError.tooDeep(line: 64)) { _ = try YAML.node(of: maps) }
        let keys = "k0: &a [x]\n" + (1..<64).map { "k\($0): &a {? *a : y}\n" }.joined()
        #expect(throws: YAMLError.tooDeep(line: 64)) { _ = try YAML.node(of: keys) }
    }

    /// The random documents have words of letters, characters with a meaning in YAML, line ends and wide characters, in every style.
    @Test("what is written is read as the same", arguments: 0..<200)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let node = YAMLNode(.sequence([randomNode(&random, depth: 4)]))
        let text = try YAML.text(of: node)
        let back = try #require(try YAML.node(of: text))
        #expect(words(back) == words(node), "\(text)")
    }

    // MARK: -

    private func randomNode(_ random: inout SeededGenerator, depth: Int) -> YAMLNode {
        switch depth == 0 ? 0 : Int.random(in: 0..<3, using: &random) {
        case 1:
            return YAMLNode(
                .sequence(
                    (0..<Int.random(in: 0..<4, using: &random)).map { _ in randomNode(&random, depth: depth - 1) }))
        case 2:
            let members = (0..<Int.random(in: 0..<4, using: &random)).map { at in
                (YAMLNode(.scalar("\(at)\(word(&random))", .plain)), randomNode(&random, depth: depth - 1))
            }
            return YAMLNode(.mapping(members))
        default:
            let styles: [YAMLNode.Style] = [.plain, .singleQuoted, .doubleQuoted, .literal, .folded]
            return YAMLNode(.scalar(word(&random), styles.randomElement(using: &random) ?? .plain))
        }
    }

    private func word(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "a", "Z", "é", "👩‍🚀", "\n", " ", "#", ": ", "- ", "'", "\"", "\\", "{", "]", "!", "&", "*", "%", "|", "0",
            "~", "\t", "?",
        ]
        return (0..<Int.random(in: 0..<6, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }
            .joined()
    }

    /// Returns a node's texts and structure without styles, because a text that its style can't hold is written in another style.
    private func words(_ node: YAMLNode) -> [String] {
        switch node.content {
        case .scalar(let text, _): [text]
        case .sequence(let items): ["["] + items.flatMap(words) + ["]"]
        case .mapping(let members): ["{"] + members.flatMap { words($0.key) + words($0.value) } + ["}"]
        }
    }

    private func rendered(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let text, let style):
            let tag = node.tag.map { "!<\($0)> " } ?? ""
            return switch style {
            case .plain: tag + text
            case .singleQuoted: "'\(text)'"
            case .doubleQuoted: "\"\(text)\""
            case .literal: "|\(text)"
            case .folded: ">\(text)"
            }
        case .sequence(let items): return "[" + items.map(rendered).joined(separator: ", ") + "]"
        case .mapping(let members):
            return "{" + members.map { "\(rendered($0.key)): \(rendered($0.value))" }.joined(separator: ", ") + "}"
        }
    }
}
