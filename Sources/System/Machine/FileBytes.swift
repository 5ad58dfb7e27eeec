import Dialects
import TCPOSIX

/// Reads whole files.
package enum FileBytes {
    package static func digest(_ bytes: [UInt8]) -> String { SHA256.hexadecimal(of: bytes) }

    /// Returns the bytes of a file outside of any root, such as a program to be copied.
    /// - Throws: `MachineError`.
    package static func read(_ path: String) throws(MachineError) -> [UInt8] {
        guard let file = Descriptor.open(path, O_RDONLY | O_NONBLOCK) else {
            throw .ofCall("\(path) can't be read", remedy: "build or install all programs first")
        }
        return try read(file, path)
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
}

private let platformRead = TCPOSIX.read
