/// The lines in which two texts differ, as `diff -U0` marks them.
enum LineDifference {
    static func lines(from old: String, to new: String) -> [String] {
        let (old, new) = (lines(of: old), lines(of: new))
        var (removed, inserted) = (Set<Int>(), Set<Int>())
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var (result, at, to) = ([String](), 0, 0)
        while at < old.count || to < new.count {
            if removed.contains(at) {
                result.append("- \(old[at])")
                at += 1
            } else if inserted.contains(to) {
                result.append("+ \(new[to])")
                to += 1
            } else {
                (at, to) = (at + 1, to + 1)
            }
        }
        return result
    }

    private static func lines(of text: String) -> [Substring] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.last == "" ? lines.dropLast() : lines
    }
}
