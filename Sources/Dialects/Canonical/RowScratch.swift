/// One buffer for each column of a row, for values that must be made before they can be borrowed.
final class RowScratch {
    private let buffers: UnsafeMutableBufferPointer<OutputBuffer>

    init(columns: Int) {
        buffers = .allocate(capacity: columns)
        for column in 0..<columns { buffers.initializeElement(at: column, to: OutputBuffer(capacity: 64)) }
    }

    deinit {
        buffers.deinitialize()
        buffers.deallocate()
    }

    /// Returns the bytes that `body` writes, borrowed until the column's next value.
    @inline(__always)
    func make(_ column: Int, _ body: (inout OutputBuffer) -> Void) -> UnsafeRawBufferPointer {
        buffers[column].truncate(to: 0)
        body(&buffers[column])
        return buffers[column].bytes
    }

    /// Returns the bytes of a text such as `\x68656c6c6f`.
    func decodeHex(_ text: UnsafeRawBufferPointer, _ column: Int) -> UnsafeRawBufferPointer {
        make(column) { buffer in
            var at = 2
            while at + 1 < text.count, let high = text[at].hexadecimalValue, let low = text[at + 1].hexadecimalValue {
                buffer.append(high << 4 | low)
                at += 2
            }
        }
    }
}
