import Foundation
import Migrator
import Testing

@Suite struct SchemaAsSwiftTests {
    /// `RenderedSchema.swift` shows a rendering, and the schema that it makes is rendered as exactly the same text.
    @Test func theRenderingIsSourceThatMakesTheSameSchema() throws {
        let path = #filePath.replacing("SchemaAsSwiftTests", with: "RenderedSchema")
        let source = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        #expect(source == "// swift-format-ignore-file\n" + SchemaAsSwift.render(schema, importing: "Migrator"))
    }
}
