/// Sequences by which a session may try to attack its reader, in `printf` notation. All faces are tested with them.
enum HostileText {
    /// Sequences for the clipboard, queries to the terminal, titles, links, pictures, alternate screens, 8-bit controls, and reversed
    /// text.
    static let sequences = [
        #"\033]52;c;c2VjcmV0\007"#, #"\033]52;c;?\033\\"#, #"\033[21t"#, #"\033[>c"#, #"\033[6n"#, #"\033P$q"p\033\\"#,
        #"\033P0;1;0q#0;2;0;0;0~~\033\\"#, #"\033]8;;http://example.org\033\\"#, #"\033]0;title\007"#, #"\033[?1049h"#,
        #"\302\233 2J"#, #"\302\235 52;c;x\302\234"#, #"\342\200\256"#, #"\342\201\246"#, #"\330\234"#,
        #"\033_Ga=T\033\\"#,
        #"\033^x\033\\"#, #"\033Xx\033\\"#, #"\033c"#, #"\033#8"#, #"\033(0"#, #"\016"#, #"\007"#, #"\010"#,
        #"\033]1337;File=x\007"#,
        #"\033Ptmux;\033\033]52;c;eA==\007\033\\"#,
    ]

    /// A shell script that prints each sequence with its number between `begin` and `end`.
    static var script: String {
        sequences.enumerated().map { "printf 'begin\($0) \($1) end\($0)\\n'" }.joined(separator: "\n")
    }

    /// Returns whether the text has no control characters (other than the two of plain text), no characters that reverse text, and no
    /// remains of escape sequences.
    static func isHarmless(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x09, 0x0A: true
            case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: false
            default: true
            }
        }
    }

    /// Sequences that `telec tui` never sends by itself.
    static let unheard = [
        "\u{1B}]", "\u{1B}P", "\u{1B}_", "\u{1B}^", "\u{1B}X", "\u{1B}c", "\u{1B}#", "\u{1B}[6n", "\u{1B}[21t",
        "\u{1B}[>c",
        "\u{9B}", "\u{9D}", "\u{202E}", "\u{2066}", "\u{61C}", "\u{7}", "c2VjcmV0",
    ]
}
