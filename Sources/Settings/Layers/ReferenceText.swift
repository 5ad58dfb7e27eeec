extension String {
    /// The part of the text in which references such as `${NAME}` can be: after the last `}` none ends. A pattern would follow each of
    /// many `${` there to the end of the text, which takes time in proportion to the square of its length.
    var holdingReferences: Substring {
        self[..<(lastIndex(of: "}").map { index(after: $0) } ?? startIndex)]
    }
}
