import TCPOSIX

/// The arguments with which this process was started, as the list of processes shows them to others.
package enum OwnArguments {
    /// Overwrites each letter of `text` with `-` there. On systems where these arguments can't be written, nothing happens.
    package static func hide(_ text: String) {
        let letters = Array(text.utf8)
        guard letters.count > 1, let memory, memory.count >= letters.count else { return }
        for start in 0...(memory.count - letters.count)
        where memory[start...].starts(with: letters) {
            for at in start..<start + letters.count { memory[at] = UInt8(ascii: "-") }
        }
    }

    /// The memory that holds the arguments; `nil` if the system does not tell its place. By proc(5), `arg_start` and `arg_end`
    /// are fields 48 and 49, and only the second field may contain spaces.
    private static var memory: UnsafeMutableBufferPointer<UInt8>? {
        guard let bytes = HostFolder.read("/proc/self/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard fields.count > 46, let start = UInt(fields[45]), let stop = UInt(fields[46]), stop > start,
            let pointer = UnsafeMutablePointer<UInt8>(bitPattern: start)
        else { return nil }
        return UnsafeMutableBufferPointer(start: pointer, count: Int(stop - start))
    }
}
