import TCNcurses

/// The attributes and colours that the styles have on this terminal.
struct Palette {
    enum Depth {
        case none, sixteen, many
    }

    private struct Look {
        var attributes: Int32 = 0
        var foreground: Int16 = -1
        var background: Int16 = -1
    }

    private let depth: Depth

    /// Registers a colour pair with ncurses for each style, unless no colours are used.
    init(_ depth: Depth) {
        self.depth = depth
        guard depth != .none else { return }
        use_default_colors()
        for style in Style.allCases {
            let look = Self.look(style, depth)
            init_pair(Int16(style.rawValue + 1), look.foreground, look.background)
        }
    }

    /// Returns how many colours are used: none if the user wants none (https://no-color.org) or the terminal has fewer than 8.
    static func depth(colours: Int32, noColour: Bool) -> Depth {
        if noColour || colours < 8 { return .none }
        return colours >= 256 ? .many : .sixteen
    }

    func attributes(_ style: Style) -> (attributes: Int32, pair: Int32) {
        let look = Self.look(style, depth)
        return (look.attributes, depth == .none ? 0 : Int32(style.rawValue + 1))
    }

    private static func look(_ style: Style, _ depth: Depth) -> Look {
        switch (style, depth) {
        case (.normal, _): Look()
        case (.dim, .many): Look(foreground: 245)
        case (.dim, _): Look(attributes: TUI_DIM)
        case (.strong, _): Look(attributes: TUI_BOLD)
        case (.title, .none): Look(attributes: TUI_REVERSE)
        case (.title, .sixteen): Look(foreground: 7, background: 4)
        case (.title, .many): Look(foreground: 254, background: 24)
        case (.project, .none): Look(attributes: TUI_BOLD | TUI_UNDERLINE)
        case (.project, .sixteen): Look(attributes: TUI_BOLD, foreground: 6)
        case (.project, .many): Look(attributes: TUI_BOLD, foreground: 37)
        case (.badge, .none): Look(attributes: TUI_BOLD)
        case (.badge, .sixteen): Look(attributes: TUI_BOLD, foreground: 3)
        case (.badge, .many): Look(attributes: TUI_BOLD, foreground: 172)
        case (.running, .none): Look(attributes: TUI_BOLD)
        case (.running, .sixteen): Look(foreground: 2)
        case (.running, .many): Look(foreground: 71)
        case (.over, .many): Look(foreground: 245)
        case (.over, _): Look(attributes: TUI_DIM)
        case (.trouble, .none): Look(attributes: TUI_BOLD | TUI_UNDERLINE)
        case (.trouble, .sixteen): Look(attributes: TUI_BOLD, foreground: 1)
        case (.trouble, .many): Look(attributes: TUI_BOLD, foreground: 167)
        case (.selected, .many): Look(attributes: TUI_BOLD, foreground: 231, background: 238)
        case (.selected, _): Look(attributes: TUI_REVERSE)
        case (.banner, .none): Look(attributes: TUI_REVERSE | TUI_BOLD)
        case (.banner, .sixteen): Look(attributes: TUI_BOLD, foreground: 0, background: 3)
        case (.banner, .many): Look(attributes: TUI_BOLD, foreground: 16, background: 214)
        case (.key, _): Look(attributes: TUI_BOLD)
        }
    }
}
