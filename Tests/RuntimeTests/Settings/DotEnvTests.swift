import Testing

@testable import TCSettings

@Suite("a .env file is read as python-dotenv reads it")
struct DotEnvTests {
    /// The values that python-dotenv 1.2 gave for each text in an experiment.
    static let observed: [(text: String, values: [String: String])] = [
        ("b=c\na='x${b}'", ["b": "c", "a": "xc"]),
        ("a=${nope}", ["a": ""]),
        ("a=x${nope:-d}y", ["a": "xdy"]),
        ("a=${b:-${c}}", ["a": "${c}"]),
        ("a=$b", ["a": "$b"]),
        ("a=x${", ["a": "x${"]),
        ("a=${a}", ["a": ""]),
        ("a=1\nb=${a}2\na=3", ["a": "3", "b": "12"]),
        ("export a=1", ["a": "1"]),
        ("export\ta=1", ["a": "1"]),
        ("export=1", ["export": "1"]),
        ("a = b # c", ["a": "b"]),
        ("a=b#c", ["a": "b#c"]),
        ("a=b\\#c", ["a": "b\\#c"]),
        ("a='b # c' # d", ["a": "b # c"]),
        ("a=\"x\"  # c\nb=1", ["a": "x", "b": "1"]),
        (#"a="x\ny\t\"q\" \$ \a""#, ["a": "x\ny\t\"q\" \\$ \u{07}"]),
        (#"a='x\ny\'z'"#, ["a": "x\\ny'z"]),
        (#"a='a\\b'"#, ["a": "a\\b"]),
        (#"a=\n"#, ["a": "\\n"]),
        (#"a=\"x"#, ["a": "\\\"x"]),
        ("a=\"l1\nl2\"\nb=2", ["a": "l1\nl2", "b": "2"]),
        ("a=", ["a": ""]),
        ("a=1\na=2", ["a": "2"]),
        ("  a=1  ", ["a": "1"]),
        ("a=\t x\t", ["a": "x"]),
        ("a=x y z", ["a": "x y z"]),
        ("'q k'=v", ["q k": "v"]),
        ("a.b=1\na-b=2\n1a=3", ["a.b": "1", "a-b": "2", "1a": "3"]),
        ("#x\n\n a=1\r\nb=2\r", ["a": "1", "b": "2"]),
        ("a=\"b\"c", [:]),
        ("a='un\nb=2", ["b": "2"]),
        ("a='x'y\nb=2", ["b": "2"]),
        ("=x\nb=1", ["b": "1"]),
        ("a: b", [:]),
        ("bad line here\nb=1", ["b": "1"]),
    ]

    @Test("every case", arguments: observed.indices)
    func values(_ at: Int) throws {
        let entries = try DotEnv(parsing: Self.observed[at].text, path: ".env").entries
        let values = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.value) })
        #expect(values == Self.observed[at].values, "\(Self.observed[at].text)")
    }

    @Test("the real environment comes before the file")
    func environment() throws {
        let file = try DotEnv(parsing: "a=file\nb=${a}", path: ".env", environment: ["a": "real"])
        #expect(file["a"]?.value == "file")
        #expect(file["b"]?.value == "real")
    }

    @Test("lines are counted, also over a value of several lines, and skipped ones are named")
    func lines() throws {
        let file = try DotEnv(parsing: "# c\na=\"x\ny\"\n\nnonsense here\nb=1\n", path: ".env")
        #expect(file.entries.map(\.line) == [2, 6])
        #expect(file.skippedLines == [5])
    }
}
