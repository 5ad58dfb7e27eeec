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
