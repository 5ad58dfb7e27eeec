/// Renders a schema as the Swift source that declares it.
public enum SchemaAsSwift {
    /// Returns a source file with a declaration for each table and view, indented by four spaces per level, with a line for
    /// each column, key and index, and with `schema`, which lists the declarations. The compiler's time for an expression grows
    /// faster than the expression, so that it would never finish a single expression with some hundred tables.
    ///
    /// `module` is the module that defines the DSL.
    public static func render(_ schema: Schema, importing module: String) -> String {
        var names = SwiftNames(taken: ["schema"])
        var declarations: [String] = []
        var parts: [String] = []
        for (name, text) in schema.tables.map({ ($0.name, table($0)) }) + schema.views.map({ ($0.name, view($0)) }) {
            let part = names.next(for: name)
            declarations.append("private let \(part) = \(text)\n\n")
            parts.append("    \(part)\n")
        }
        let body = parts.isEmpty ? "" : "\n" + parts.joined()
        return "import \(module)\n\n" + declarations.joined() + "let schema = Schema {\(body)}\n"
    }

    private static func table(_ table: Table) -> String {
        let lines = SwiftWords.lines(of: table, beside: SwiftWords.derivedNames(table))
        return "Table(\(SwiftLiteral.string(table.name))) {\n\(lines.map { "    \($0.text)\n" }.joined())}"
    }

    private static func view(_ view: View) -> String { SwiftWords.view(view, "View").text }
}
