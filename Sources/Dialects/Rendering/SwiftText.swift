/// A value in Swift source.
indirect enum SwiftValue {
    /// A text that is written unchanged: `.text`, `42`, `nil`.
    case word(String)
    /// A text that is written as a string literal.
    case string(String)
    case list([SwiftValue])
    case chain(SwiftChain)

    /// The value's source on one line.
    var text: String {
        switch self {
        case .word(let word): word
        case .string(let string): SwiftLiteral.string(string)
        case .list(let values): "[\(values.map(\.text).joined(separator: ", "))]"
        case .chain(let chain): chain.text
        }
    }

    static func call(_ name: String, _ arguments: SwiftArgument...) -> SwiftValue {
        .chain(SwiftChain(name, arguments))
    }
}

/// A value with its label, if it has one.
struct SwiftArgument {
    var label: String?
    var value: SwiftValue

    init(_ value: SwiftValue) { self.value = value }

    init(_ label: String, _ value: SwiftValue) {
        self.label = label
        self.value = value
    }

    var text: String { (label.map { "\($0): " } ?? "") + value.text }
}

/// A call, followed by calls on its result: `Column("id", .bigint).identity().primaryKey()`.
struct SwiftChain {
    private var calls: [(name: String, arguments: [SwiftArgument])]

    init(_ name: String, _ arguments: [SwiftArgument]) { calls = [(name, arguments)] }
    init(_ name: String, _ arguments: SwiftArgument...) { self.init(name, arguments) }

    mutating func add(_ name: String, _ arguments: [SwiftArgument]) { calls.append((name, arguments)) }
    mutating func add(_ name: String, _ arguments: SwiftArgument...) { add(name, arguments) }

    func adding(_ name: String, _ arguments: SwiftArgument...) -> SwiftChain {
        var chain = self
        chain.add(name, arguments)
        return chain
    }

    var text: String { calls.map(Self.text).joined(separator: ".") }

    private static func text(_ call: (name: String, arguments: [SwiftArgument])) -> String {
        "\(call.name)(\(call.arguments.map(\.text).joined(separator: ", ")))"
    }
}

// MARK: - Lines

// Lines are broken as swift-format would break them (https://github.com/swiftlang/swift-format): a text that fits stays on one
// line. Otherwise each call of a chain has a line of its own, and then each argument of a call that still does not fit.

/// The largest width of a line: swift-format's setting in this project, and no more than most other projects allow.
private let widest = 120

extension SwiftChain {
    /// Returns the text on as many lines as it needs. The first line is `depth` spaces deep and follows `lead`, and is returned
    /// without those spaces.
    func lines(depth: Int, lead: Int = 0) -> [String] {
        if depth + lead + text.count <= widest { return [text] }
        var lines = Self.lines(calls[0], depth: depth, lead: lead)
        let isBroken = lines.count > 1
        let step = isBroken ? depth : depth + 4
        for call in calls.dropFirst() {
            let part = Self.lines(call, depth: step, lead: 1)
            lines.append(Self.spaces(step) + "." + part[0])
            lines += part.dropFirst()
        }
        return lines
    }

    private static func lines(
        _ call: (name: String, arguments: [SwiftArgument]), depth: Int, lead: Int
    ) -> [String] {
        let whole = text(call)
        if depth + lead + whole.count <= widest || call.arguments.isEmpty { return [whole] }
        var lines = ["\(call.name)("]
        for (at, argument) in call.arguments.enumerated() {
            var part = argument.lines(depth: depth + 4)
            if at < call.arguments.count - 1 { part[part.count - 1] += "," }
            lines.append(spaces(depth + 4) + part[0])
            lines += part.dropFirst()
        }
        return lines + [spaces(depth) + ")"]
    }

    fileprivate static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

extension SwiftArgument {
    fileprivate func lines(depth: Int) -> [String] {
        let label = label.map { "\($0): " } ?? ""
        // One column is left for a comma that may follow.
        if depth + text.count < widest { return [text] }
        var lines: [String]
        switch value {
        case .word, .list: lines = [value.text]
        case .string(let string):
            let step = SwiftChain.spaces(label.isEmpty ? depth : depth + 4)
            let literal = SwiftLiteral.lines(string, width: widest - step.count)
            lines = [literal[0]] + literal.dropFirst().map { $0.isEmpty ? "" : step + $0 }
        case .chain(let chain): lines = chain.lines(depth: depth, lead: label.count)
        }
        lines[0] = label + lines[0]
        return lines
    }
}
