import Dispatch
import TCPOSIX
import TestSupport
import Testing

@Suite("An open file")
struct DescriptorTests {
    @Test("is written at its position, or from an offset on, and is not inherited by other programs")
    func places() async throws {
        try await withTemporaryFolder { path in
            let folder = try #require(Descriptor.open(path, O_RDONLY | O_DIRECTORY))
            let file = try #require(Descriptor.open("file", in: folder, O_RDWR | O_CREAT | O_EXCL))
            #expect(file.write(Array("one two".utf8)) && file.write(Array("six".utf8), at: 4))
            #expect(file.sync() && folder.sync())
            var found = [UInt8](repeating: 0, count: 16)
            let count = pread(file.number, &found, found.count, 0)
            #expect(String(decoding: found.prefix(count), as: UTF8.self) == "one six")
            #expect(fcntl(file.number, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test("that can't be opened leaves the reason")
    func reason() async throws {
        try await withTemporaryFolder { path in
            let isAbsent = Descriptor.open("\(path)/absent", O_RDONLY) == nil
            let reason = SystemError.last
            #expect(isAbsent && reason == SystemError(ENOENT))
        }
    }

    /// A pipe holds less than this at a time.
    @Test("that does not block waits for a slower reader, who gets every byte")
    func slowReader() throws {
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (output, input) = (Descriptor(ends[0]), ends[1])
        try #require(fcntl(input, F_SETFL, O_NONBLOCK) == 0)
        DispatchQueue.global().async {
            let file = Descriptor(input)
            _ = file.write(bytes)
        }
        var found: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4_096)
        while found.count < bytes.count {
            let count = read(output.number, &block, block.count)
            guard count > 0 else { break }
            found += block[..<count]
        }
        #expect(found == bytes)
    }
}
