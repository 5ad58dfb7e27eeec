import TCPages

extension Report.Verification {
    /// The statements about the log, each with whether it is bad news. They never claim more than is known: rows that nobody
    /// has read are named.
    package var sentences: [(text: String, isBad: Bool)] {
        var found: [(text: String, isBad: Bool)] = []
        if let objection { found.append(("The log's guards have been changed: \(objection).", true)) }
        guard let last else {
            found.append(
                (
                    "No verification of this log is on record. Run telec report --verify or telec audit verify.",
                    false
                ))
            return found
        }
        let moment = last.at.asReportMoment
        if let flaw = last.flaw {
            found.append(("The last verification, at \(moment), found the log broken: \(flaw).", true))
        } else {
            found.append(
                (
                    "The last verification, at \(moment), found \(Grouped.text(last.entries, "entry", "entries")) intact, up to number "
                        + "\(Grouped.text(Int(last.seq))). Its checkpoint is \(last.seq):\(last.hash).", false
                ))
        }
        if !stands {
            found.append(("The entry that it ended with has been removed or replaced.", true))
        }
        if unchecked > 0 {
            found.append(
                (
                    "\(Grouped.text(Int(unchecked))) \(unchecked == 1 ? "entry that was" : "entries that were") written since "
                        + "then \(unchecked == 1 ? "is" : "are") not checked.", false
                ))
        }
        found.append(
            (
                "Anybody who can write to the database can also write this record: a checkpoint kept elsewhere protects against that.",
                false
            ))
        return found
    }
}

extension Report.Storage {
    package var facts: [(String, String)] {
        [
            ("Database", "\(Grouped.text(Int(database))) bytes"),
            (
                "Recordings",
                "\(complete ? "" : "at least ")\(Grouped.text(Int(recorded))) bytes in \(complete ? "" : "the first ")"
                    + Grouped.text(recordings, "file", "files")
            ),
            ("Room left for recordings", "\(Grouped.text(Int(free))) bytes"),
        ]
    }
}

extension String {
    /// The RFC 3339 timestamp to the second, in a readable form.
    var asReportMoment: String { utf8.count > 19 ? "\(prefix(10)) \(dropFirst(11).prefix(8)) UTC" : self }
    var asReportDay: String { String(prefix(10)) }
}
