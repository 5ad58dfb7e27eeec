import Glibc
import TCRuntime

/// What a host sends, from the bytes of its connection to the daemon's file: whatever comes, frames or a refusal come out of it, and
/// the file stays one that can be opened again where it was left.
///
/// The first byte says how the rest is cut into pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHost(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let cut = input.first else { return 0 }
    let frames = frames(of: Array(input.dropFirst()), cut: Int(cut) + 1)
    unlink(path)
    guard let file = try? TranscriptFile(path) else { fatalError("no file can be made in /dev/shm") }
    for case .chunk(let number, let data) in frames {
        let next = file.next
        guard (try? file.append(number, data)) != nil else {
            precondition(file.next == next, "a chunk that was refused counts")
            continue
        }
        precondition(file.next == max(next, number + 1), "a chunk that was taken is not the last")
    }
    precondition((try? TranscriptFile(path).next) == file.next, "opened again, the file ends elsewhere")
    return 0
}

/// Those that come out of the bytes before the first that is none. However the bytes come, they are the same; and written anew,
/// they are read back.
private func frames(of bytes: [UInt8], cut: Int) -> [HostFrame] {
    var (reader, frames) = (HostFrameReader(), [HostFrame]())
    for start in stride(from: 0, to: bytes.count, by: cut) {
        guard let more = try? reader.read(bytes[start..<min(bytes.count, start + cut)]) else { break }
        frames += more
    }
    var again = HostFrameReader()
    precondition((try? again.read(frames.flatMap(\.bytes))) == frames, "frames that are written are read otherwise")
    return frames
}

private let path = "/dev/shm/teleclaude-fuzz-\(getpid()).cast"
