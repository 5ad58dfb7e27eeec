import Dialects

/// Random pairs of schemas: one that a history makes, and one to which somebody edits it.
public enum RandomSchemas {
    /// Half of them have to do with each other.
    public static func pair(_ random: inout SeededGenerator) -> (before: Schema, after: Schema) {
        let before = edited(Schema(), &random)
        return (before, edited(Bool.random(using: &random) ? before : Schema(), &random))
    }

    private static func edited(_ schema: Schema, _ random: inout SeededGenerator) -> Schema {
        var schema = schema
        for _ in 0..<Int.random(in: 0...24, using: &random) {
            let operation = RandomHistory.operation(for: schema, &random)
            if let after = try? schema.applying(operation) { schema = after }
        }
        return schema
    }
}
