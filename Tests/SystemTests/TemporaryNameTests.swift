import TCSystem
import Testing

@Suite("the place at which a file is written before it has its name")
struct TemporaryNameTests {
    @Test("is a name that file systems take, and each file's own", arguments: [1, 239, 240, 255])
    func length(count: Int) {
        let names = ["a", "é"].map { String(repeating: $0, count: count) }
        let paths = names.filter { $0.utf8.count <= 255 }.map { "/usr/local/share/\($0)" }
        let places = paths.map(TemporaryName.of)
        #expect(Set(places).count == paths.count && places == paths.map(TemporaryName.of))
        for place in places {
            let name = place.dropFirst("/usr/local/share/".count)
            #expect(place.hasPrefix("/usr/local/share/.") && !name.contains("/") && name.utf8.count <= 255)
        }
    }

    @Test("begins with the file's name where there is room, so that people recognise it")
    func words() {
        #expect(TemporaryName.of("/etc/teleclaude/config.yml") == "/etc/teleclaude/.config.yml.teleclaude-new")
        let long = String(repeating: "x", count: 239)
        #expect(TemporaryName.of("/etc/\(long)") == "/etc/.\(long).teleclaude-new")
    }
}
