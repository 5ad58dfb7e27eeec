/// The style sheet of all pages: the browser's own colours, light or dark, at any width.
enum HTMLStyle {
    static let text = """
        :root { color-scheme: light dark; --ink: #1f5fae; --line: rgb(128 128 128 / 0.35); }
        @media (prefers-color-scheme: dark) { :root { --ink: #7db4f5; } }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; }
        h2 { font-size: 1.2rem; margin-top: 2.5rem; }
        dl { display: grid; grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr); gap: 0 1.5rem; }
        dd { margin: 0; }
        p { max-width: 45rem; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
        th { text-align: left; font-size: 0.85rem; }
        tbody th { font-size: 1rem; font-weight: 400; }
        th, td { padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line); }
        thead th, .number { overflow-wrap: normal; }
        .number { text-align: right; white-space: nowrap; }
        table + table, p + table { margin-top: 1rem; }
        .plotted { width: 35%; padding-right: 0; }
        @media (max-width: 30rem) { .plotted { width: 18%; } th, td { padding-right: 0.5rem; } }
        .bar { display: block; width: 100%; height: 0.8rem; }
        rect { fill: var(--ink); }
        figure { margin: 1.5rem 0; }
        figcaption { font-weight: 600; }
        .plot { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0 0.5rem; }
        .scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right; }
        .columns { display: block; width: 100%; height: 9rem; border: solid var(--line); border-width: 1px 0; }
        .ends { grid-column: 2; display: flex; justify-content: space-between; }
        .scale, .ends { font-size: 0.8rem; line-height: 1.2; }
        summary { cursor: pointer; padding: 0.3rem 0; }
        .bad { border-left: 0.4rem solid #d03030; padding-left: 0.8rem; }
        pre { overflow-x: auto; }
        """

    /// The SHA-256 digest of the style sheet, in Base64, by which the policy permits it. A test computes it again.
    static let digest = "NQV4JynguomDuxYLHEhgM0c7EcV8qMYeSh8+qgi+jUM="
}
