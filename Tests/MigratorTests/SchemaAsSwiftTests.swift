import Foundation
import Migrator
import Testing

@Suite struct SchemaAsSwiftTests {
    /// `RenderedSchema.swift` is what a rendering looks like, and what it makes is rendered as the very same text.
    @Test func theRenderingIsSourceThatMakesTheSameSchema() throws {
        let path = #filePath.replacing("SchemaAsSwiftTests", with: "RenderedSchema")
        let source = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        #expect(source == "// swift-format-ignore-file\n" + SchemaAsSwift.render(schema, importing: "Migrator"))
    }
}
