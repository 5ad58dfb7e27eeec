import Foundation
import TestSupport
import Testing

/// Compares text with a file of Tests/Golden. With `TC_UPDATE_GOLDEN=1`, it writes the file instead, and the change shows in the
/// diff.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Golden/\(name)")
    if environment("TC_UPDATE_GOLDEN") == "1" {
        try text.write(to: golden, atomically: true, encoding: .utf8)
    } else {
        let expected = try String(contentsOf: golden, encoding: .utf8)
        #expect(
            text == expected, "Tests/Golden/\(name) says otherwise. If the new text is right: TC_UPDATE_GOLDEN=1",
            sourceLocation: sourceLocation)
    }
}
