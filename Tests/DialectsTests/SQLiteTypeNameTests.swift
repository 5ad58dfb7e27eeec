import Testing

@testable import Dialects

@Suite struct SQLiteTypeNameTests {
    @Test(arguments: [
        ("INT", SQLiteTypeName.Affinity.integer), ("TINYINT(1)", .integer), ("UNSIGNED BIG INT", .integer),
        ("POINT", .integer), ("FLOATING POINT", .integer), ("CHARINT", .integer),
        ("CHARACTER(20)", .text), ("NATIVE CHARACTER(70)", .text), ("clob", .text), ("Text(200)", .text),
        ("BLOB", .blob), ("", .blob), ("longblob", .blob),
        ("REAL", .real), ("DOUBLE PRECISION", .real), ("FLOAT", .real),
        ("DECIMAL(10,5)", .numeric), ("BOOLEAN", .numeric), ("DATETIME", .numeric), ("STRING", .numeric),
    ])
    func affinityFollowsTheManual(declared: String, affinity: SQLiteTypeName.Affinity) {
        #expect(SQLiteTypeName(declared).affinity == affinity)
    }

    @Test(arguments: [
        ("integer", ColumnType.bigint), ("tinyint(1)", .bigint),
        ("LONG", .native(sqlite: "LONG", postgresql: "numeric")),
        ("real", .real), ("double precision", .real), ("Float", .real),
        ("TEXT", .text), ("text(20)", .text), ("CLOB", .text),
        ("NVARCHAR(160)", .varchar(160)), ("character varying (12)", .varchar(12)), ("VARCHAR", .text),
        ("VARCHAR2(5)", .varchar(5)), ("nchar(3)", .varchar(3)), ("VARCHAR(0)", .text),
        ("BOOL", .boolean), ("timestamp", .datetime), ("TIMESTAMP(6) WITH TIME ZONE", .timestamp),
        ("timestamptz", .timestamp), ("date", .date), ("TIME", .time), ("Guid", .uuid), ("JSONB", .json),
        ("decimal(10, 2)", .decimal(10, 2)), ("NUMERIC(8)", .decimal(8, 0)), ("numeric", .numeric),
        ("DECIMAL(2,5)", .numeric), ("blob", .bytes),
        ("", .native(sqlite: "", postgresql: "")), ("byte[]", .native(sqlite: "byte[]", postgresql: "numeric")),
        ("\"VARCHAR(10)\"", .varchar(10)),
    ])
    func aTypeNameHasOneMeaning(declared: String, type: ColumnType) {
        #expect(SQLiteTypeName(declared).columnType == type)
    }

    @Test func argumentsAndWordsAreTakenApart() {
        let type = SQLiteTypeName("Decimal ( 12 , 4 )")
        #expect(type.base == "DECIMAL")
        #expect(type.arguments == [12, 4])
        #expect(SQLiteTypeName("unsigned  big int").base == "UNSIGNED BIG INT")
    }
}
