import TCPOSIX

extension HostFolder {
    // What is noted at the command's end. The command itself may have filled the disk, so the room is there before it starts.

    /// The size in bytes of that room: more than any of the texts.
    private static let room = 64

    private static func ready(_ file: String) -> String { "\(file).ready" }

    /// Makes room for what is noted at the command's end.
    func reserveEnd() {
        for file in [status, mark, drained] {
            _ = Self.write([UInt8](repeating: UInt8(ascii: " "), count: Self.room), to: Self.ready(file))
        }
    }

    /// Notes a short text at the command's end, in the room that was made for it. Without that room, as after an older version's
    /// start, the text is written like any other.
    ///
    /// - Throws: `RuntimeError`.
    func noteEnd(_ text: String, in file: String) throws {
        let ready = Self.ready(file)
        guard let room = Descriptor.open(ready, O_WRONLY | O_NOFOLLOW) else { return try note(text, in: file) }
        let bytes = Array(text.utf8)
        guard room.write(bytes), ftruncate(room.number, off_t(bytes.count)) == 0, rename(ready, file) == 0 else {
            return try note(text, in: file)
        }
    }
}
