import Testing

@testable import Transfer

/// Tests the replacement of names that PostgreSQL can't keep: the new names are always the same.
struct TargetNamesTests {
    @Test func whatCanStayStays() {
        var names = TargetNames(longest: 8)
        #expect(
            names.tables(["abcdefghi", "abcdefgh", "x"]) == ["abcdefghi": "abcde_2", "abcdefgh": "abcdefgh", "x": "x"])
        #expect(names.renames == [Rename(kind: "table", from: "abcdefghi", to: "abcde_2")])
    }

    @Test func charactersStayWhole() {
        var names = TargetNames(longest: 7)
        #expect(names.tables(["äöüß", "äöüx"]) == ["äöüß": "äöü", "äöüx": "äöüx"])
    }

    @Test func foldedNamesDoNotCollide() {
        var names = TargetNames(longest: 63, lowercase: true)
        let columns = names.columns(of: "t", ["Ä", "ä", "Name", "XMIN"], reserved: ["xmin"])
        #expect(columns == ["Ä": "ä_2", "ä": "ä", "Name": "name", "XMIN": "xmin_2"])
        #expect(names.relation("IX_A", or: [], kind: "index", of: "t") == "ix_a")
        #expect(names.relation("ix_A", or: [], kind: "index", of: "t") == "t_ix_a")
    }

    @Test("for SQLAlchemy a long name of an index or constraint ends in its hash, and no other name does")
    func namesEndInHash() {
        var names = TargetNames(longest: 63, endsInHash: true)
        let long = "uq_project_session_annotations_name_project_session_id_identifier"
        let short = "uq_project_session_annotations_name_project_session_id__6b58"
        #expect(names.relation(long, or: [], kind: "constraint", of: "t") == short)
        #expect(names.renames == [Rename(kind: "constraint", from: long, to: short)])
        var others = TargetNames.Used()
        #expect(names.constraint(long, or: [], of: "t", beside: &others) == short)
        let cut = String(long.prefix(63))
        #expect(names.relation(long, or: [], kind: "view", of: "t") == cut)
        #expect(names.tables([long]) == [long: "uq_project_session_annotations_name_project_session_id_ident_2"])
        #expect(names.constraint(nil, or: [long], of: "t", beside: &others) == cut)
        #expect(names.relation(String(repeating: "ä", count: 60), or: [], kind: "index", of: "t").utf8.count == 62)
    }

    @Test func lettersBeyondASCIIKeepTheirCase() {
        var names = TargetNames(longest: 63, distinguishesCase: false)
        #expect(names.columns(of: "t", ["é", "É", "a", "A"]) == ["é": "é", "É": "É", "a": "a", "A": "A_2"])
    }

    @Test func aRuleGoesFirst() {
        var names = TargetNames(longest: 63, lowercase: true)
        #expect(names.tables(["a", "b"], wanted: ["b": "a"]) == ["a": "a_2", "b": "a"])
        #expect(names.columns(of: "b", ["x"], wanted: ["x": "KeptAsWritten"]) == ["x": "KeptAsWritten"])
    }
}
