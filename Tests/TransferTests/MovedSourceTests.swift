import Dialects
import Foundation
import TestSupport
import Testing
import Transfer

/// Tests transfers whose source's file is replaced or removed while it is read.
@Suite("a source whose file is replaced or removed meanwhile")
struct MovedSourceTests {
    @Test(
        "is transferred as it stood there, and the report says so",
        arguments: [(true, "is another file by now"), (false, "is not there any more")])
    func isSaid(_ isReplaced: Bool, _ words: String) async throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)")
        defer { fixture.remove() }
        try await withTemporaryFolder { folder in
            let (path, other) = (fixture.path, "\(folder)/other.db")
            try FileManager.default.copyItem(atPath: path, toPath: other)
            let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
            let target = try Database(
                DatabaseURL(parsing: "sqlite:\(folder)/copy.db"), options: ConnectionOptions(access: .create))
            let report = try await DatabaseTransfer(from: source, to: target).run { event in
                guard case .phase(.building) = event else { return }
                let code = isReplaced ? rename(other, path) : unlink(path)
                #expect(code == 0)
            }
            await source.close()
            await target.close()
            #expect(report.verdict == .verified)
            #expect(report.remarks.contains { $0.contains("source.db \(words): what was read is the file") })
        }
    }
}
