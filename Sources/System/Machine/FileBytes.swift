import Dialects
import TCPOSIX

/// An open file, which is closed when its last reference goes away.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
}

/// Reads and writes whole files.
package enum FileBytes {
    package static func digest(_ bytes: [UInt8]) -> String { SHA256.hexadecimal(of: bytes) }

    /// Returns the bytes of a file outside of any root, such as a program to be copied.
    /// - Throws: `MachineError`.
    package static func read(_ path: String) throws(MachineError) -> [UInt8] {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw .ofCall("\(path) can't be read", remedy: "build or install all programs first") }
        return try read(Descriptor(number), path)
    }

    /// Reads a file to its end.
    /// - Throws: `MachineError`, with the code `too_large` for more than `limit` bytes.
    static func read(_ file: Descriptor, _ path: String, upTo limit: Int = .max) throws(MachineError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            var failure: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
                let length = platformRead(file.number, buffer.baseAddress, buffer.count)
                (count, failure) = (max(0, length), length < 0 ? errno : 0)
            }
            guard failure == 0 else {
                errno = failure
                throw .ofCall("\(path) can't be read")
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= limit else { throw tooLarge(path, limit) }
        }
    }

    static func tooLarge(_ path: String, _ limit: Int) -> MachineError {
        MachineError(
            .tooLarge, "\(path) has more than \(limit) bytes", remedy: "make it smaller, or move it to another place")
    }

    /// Writes the bytes, and returns false if not all of them could be written.
    static func write(_ bytes: [UInt8], to file: Descriptor) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = platformWrite(file.number, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return true
        }
    }
}

private let platformRead = TCPOSIX.read
private let platformWrite = TCPOSIX.write
