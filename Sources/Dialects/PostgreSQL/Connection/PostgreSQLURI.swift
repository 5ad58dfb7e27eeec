/// `postgresql://[user[:password]@][host][:port][,…][/dbname][?keyword=value&…]`, parsed as libpq does, so that a URI that works
/// in psql works here: https://www.postgresql.org/docs/current/libpq-connect.html#id-1.7.3.8.3.6
///
/// libpq never sees the URI, since its messages about a URI repeat it, password included. No message here shows a part of the URI
/// either, since a password with a bare `/`, `@` or `&` in it spills into any other part.
extension PostgreSQLParameters {
    /// Parses the text behind `postgresql://`.
    init(parsing text: String) throws(DatabaseError) {
        try PostgreSQLLibrary.load()
        var rest = Substring(text)
        if let at = rest.firstIndex(where: { "@/".contains($0) }), rest[at] == "@" {
            try readUser(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        try readHosts(rest.removePrefix(before: "/?"))
        if rest.first == "/" {
            try readDatabase(rest.dropFirst().prefix { $0 != "?" })
            rest = rest.drop { $0 != "?" }
        }
        if rest.first == "?" { try readQuery(rest.dropFirst()) }
    }

    private mutating func readUser(_ text: Substring) throws(DatabaseError) {
        let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if !pieces[0].isEmpty { self["user"] = try decode(pieces[0], "user") }
        if pieces.count == 2, !pieces[1].isEmpty { self["password"] = try decode(pieces[1], "password") }
    }

    private mutating func readHosts(_ text: Substring) throws(DatabaseError) {
        guard !text.contains("@") else { throw .url("the URL has two @ before its database", remedy: percentRemedy) }
        var hosts: [Substring] = []
        var ports: [Substring] = []
        var rest = text
        repeat {
            if rest.first == "," { rest.removeFirst() }
            hosts.append(try readHost(&rest))
            ports.append("")
            if rest.first == ":" {
                rest.removeFirst()
                ports[ports.count - 1] = rest.removePrefix(before: ",")
            }
            guard rest.isEmpty || rest.first == "," else {
                throw .url("the host has text after its closing ]", remedy: "write [::1] or [::1]:5432")
            }
        } while !rest.isEmpty
        for port in ports where !port.isEmpty {
            guard let number = UInt16(port), number > 0 else {
                throw .url("the URL's port is not a number from 1 to 65535", remedy: percentRemedy)
            }
        }
        if hosts.contains(where: { !$0.isEmpty }) {
            self["host"] = try decode(hosts.joined(separator: ",")[...], "host")
        }
        if ports.contains(where: { !$0.isEmpty }) { self["port"] = ports.joined(separator: ",") }
    }

    private func readHost(_ rest: inout Substring) throws(DatabaseError) -> Substring {
        guard rest.first == "[" else { return rest.removePrefix(before: ":,") }
        let address = rest.dropFirst().prefix { $0 != "]" }
        guard address.endIndex < rest.endIndex, !address.isEmpty else {
            throw .url("an IPv6 address must be written in [ and ]", remedy: "write [::1] or [::1]:5432")
        }
        rest = rest[rest.index(after: address.endIndex)...]
        return address
    }

    private mutating func readDatabase(_ text: Substring) throws(DatabaseError) {
        guard !text.contains("@") else { throw .url("the URL has an @ in its database's name", remedy: percentRemedy) }
        if !text.isEmpty { self["dbname"] = try decode(text, "database") }
    }

    private mutating func readQuery(_ text: Substring) throws(DatabaseError) {
        guard !text.isEmpty else { return }
        for (at, part) in text.split(separator: "&", omittingEmptySubsequences: false).enumerated() {
            let place = "parameter \(at + 1) behind the URL's ?"
            let pieces = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pieces.count == 2, !pieces[0].isEmpty else {
                throw .url("\(place) is not keyword=value", remedy: "write %26 for an & in a value, %3D for a =")
            }
            let keyword = try decode(pieces[0], place)
            let value = try decode(pieces[1], place)
            // This is JDBC's form, which libpq accepts too.
            if keyword == "ssl", value == "true" {
                self["sslmode"] = "require"
                continue
            }
            guard PostgreSQLKeywords.isKnown(keyword) else {
                throw .url(
                    "PostgreSQL's client library does not know \(place)",
                    remedy: PostgreSQLKeywords.nearest(to: keyword).map { "did you mean \($0)?" })
            }
            self[keyword] = value
        }
    }
}

private let percentRemedy = "in a user, password or database write %2F for /, %3A for :, %40 for @ and %3F for ?"

private func decode(_ text: Substring, _ place: String) throws(DatabaseError) -> String {
    guard let bytes = PercentEncoding.decode(text) else {
        throw .url("a % is not followed by two hexadecimal digits in the URL's \(place)", remedy: "write %25 for a %")
    }
    guard !bytes.contains(0) else { throw .url("the URL's \(place) holds %00", remedy: "leave it out") }
    guard let decoded = String(validating: bytes, as: UTF8.self) else {
        throw .url("the URL's \(place) is not UTF-8 once its % are decoded", remedy: "encode its UTF-8")
    }
    return decoded
}

extension Substring {
    /// Removes and returns everything before the first of `stops`.
    fileprivate mutating func removePrefix(before stops: String) -> Substring {
        let prefix = self.prefix { !stops.contains($0) }
        self = self[prefix.endIndex...]
        return prefix
    }
}

extension PostgreSQLParameters: CustomStringConvertible {
    /// The URI with `***` in place of every secret.
    package var description: String {
        var text = "postgresql://"
        if let user = self["user"] { text += PercentEncoding.encode(user) }
        if self["password"] != nil { text += ":***" }
        if text != "postgresql://" { text += "@" }
        let authority = self.authority
        text += authority ?? ""
        if let database = self["dbname"] { text += "/" + PercentEncoding.encode(database) }
        let spoken = ["user", "password", "dbname"] + (authority == nil ? [] : ["host", "port"])
        let query = all.filter { !spoken.contains($0.keyword) }.map { parameter in
            let isSecret = PostgreSQLKeywords.isSecret(parameter.keyword)
            return "\(parameter.keyword)=\(isSecret ? "***" : PercentEncoding.encode(parameter.value, keeping: "/,"))"
        }
        return text + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// The hosts and ports: `host:port,host:port`; `nil` if they can't be written in this form: the folder of a unix socket,
    /// lists of unequal length.
    private var authority: String? {
        guard let hosts = self["host"]?.split(separator: ",", omittingEmptySubsequences: false) else { return nil }
        let ports = self["port"]?.split(separator: ",", omittingEmptySubsequences: false) ?? hosts.map { _ in "" }
        guard hosts.count == ports.count, hosts.allSatisfy({ !$0.hasPrefix("/") }) else { return nil }
        return zip(hosts, ports).map { host, port in
            let name = host.contains(":") ? "[\(host)]" : PercentEncoding.encode(String(host))
            return port.isEmpty ? name : "\(name):\(port)"
        }.joined(separator: ",")
    }
}
