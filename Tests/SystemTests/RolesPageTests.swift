import Dialects
import TCSystem
import TestSupport
import Testing

@Suite("the page of roles and rights")
struct RolesPageTests {
    @Test("the script is the page's")
    func script() throws {
        #expect(try PostgreSQLRoles.teleClaude().teleClaudeScript == TestSources.text(of: "docs/postgresql-roles.sql"))
    }
}
