import TCPostgreSQL

/// The parameters with which libpq connects: its keywords and their values, each keyword once.
///
/// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
package struct PostgreSQLParameters: Sendable, Equatable {
    struct Parameter: Sendable, Equatable {
        var keyword: String
        var value: String
    }

    private(set) var all: [Parameter] = []

    package subscript(keyword: String) -> String? {
        get { all.first { $0.keyword == keyword }?.value }
        set {
            let at = all.firstIndex { $0.keyword == keyword }
            switch (at, newValue) {
            case (let at?, let value?): all[at].value = value
            case (nil, let value?): all.append(Parameter(keyword: keyword, value: value))
            case (let at?, nil): all.remove(at: at)
            case (nil, nil): break
            }
        }
    }

    /// Sets a keyword that is not set yet.
    mutating func setDefault(_ keyword: String, _ value: String) {
        if self[keyword] == nil { self[keyword] = value }
    }

    /// The values that must not be shown.
    var secrets: [String] {
        all.filter { PostgreSQLKeywords.isSecret($0.keyword) && !$0.value.isEmpty }.map(\.value)
    }
}

/// The keywords that the libpq of this machine knows.
enum PostgreSQLKeywords {
    private static let all: [String: Bool] = {
        guard (try? PostgreSQLLibrary.load()) != nil, let options = PQconndefaults() else { return [:] }
        defer { PQconninfoFree(options) }
        var all: [String: Bool] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            // libpq marks an option with `*` if a program should hide its value while it is typed.
            let isSecret = option.pointee.dispchar.map { $0.pointee == UInt8(ascii: "*") } ?? false
            all[String(cString: keyword)] = isSecret
            option += 1
        }
        return all
    }()

    static func isKnown(_ keyword: String) -> Bool { all[keyword] != nil }
    static func isSecret(_ keyword: String) -> Bool { all[keyword] ?? true }

    /// Returns the known keyword that the user probably meant.
    static func nearest(to keyword: String) -> String? {
        let near = all.keys.sorted().map { ($0, distance($0, keyword)) }.min { $0.1 < $1.1 }
        guard let (name, distance) = near, distance <= 2, distance < name.count else { return nil }
        return name
    }

    /// Returns Levenshtein's edit distance of two texts.
    private static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let replaced = diagonal + (letter == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
