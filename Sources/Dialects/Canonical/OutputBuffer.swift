/// A buffer of bytes in network order that grows at its end and is reused for each chunk or row.
///
/// The buffer may be told not to copy long values. It then borrows their bytes, which stay where they are.
struct OutputBuffer: ~Copyable {
    /// Borrowed bytes. They belong before the bytes that the buffer itself holds from `at` on.
    struct Borrowed {
        var at: Int
        var bytes: UnsafeRawBufferPointer
    }

    private(set) var base: UnsafeMutableRawPointer
    /// The number of bytes that the buffer itself holds.
    private(set) var count = 0
    private(set) var borrowed: [Borrowed] = []
    private var capacity: Int
    private let longestCopied: Int

    init(capacity: Int, copyingUpTo longestCopied: Int = .max) {
        self.capacity = capacity
        self.longestCopied = longestCopied
        base = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Removes everything behind the first `count` bytes.
    mutating func truncate(to count: Int) {
        self.count = count
        while let last = borrowed.last, last.at > count { borrowed.removeLast() }
    }

    /// Returns the number of bytes from `start` on, including borrowed ones.
    func length(from start: Int) -> Int {
        borrowed.reduce(count - start) { $0 + ($1.at >= start ? $1.bytes.count : 0) }
    }

    /// Removes the first `size` bytes. The buffer must not have borrowed bytes.
    mutating func removeFirst(_ size: Int) {
        base.copyMemory(from: base + size, byteCount: count - size)
        count -= size
    }

    @inline(__always)
    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        reserve(MemoryLayout<Number>.size)
        (base + count).storeBytes(of: number.bigEndian, as: Number.self)
        count += MemoryLayout<Number>.size
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > longestCopied { return borrowed.append(Borrowed(at: count, bytes: bytes)) }
        reserve(bytes.count)
        if let start = bytes.baseAddress { (base + count).copyMemory(from: start, byteCount: bytes.count) }
        count += bytes.count
    }

    /// Overwrites existing bytes.
    mutating func replace<Number: FixedWidthInteger>(at offset: Int, with number: Number) {
        (base + offset).storeBytes(of: number.bigEndian, as: Number.self)
    }

    @inline(__always)
    private mutating func reserve(_ size: Int) {
        if count + size > capacity { grow(size) }
    }

    @inline(never)
    private mutating func grow(_ size: Int) {
        capacity = max(capacity * 2, count + size)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
    }
}

extension OutputBuffer {
    @inline(__always)
    mutating func append(ascii character: Unicode.Scalar) { append(UInt8(ascii: character)) }

    /// Appends the number in decimal, with leading zeros up to `width` digits.
    mutating func append(digits number: UInt64, width: Int = 1) {
        var length = 1
        var rest = number / 10
        while length < width || rest > 0 {
            length += 1
            rest /= 10
        }
        reserve(length)
        // The digits are written from the last to the first: a division by a constant is cheap.
        rest = number
        for at in (count..<count + length).reversed() {
            base.storeBytes(
                of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10), toByteOffset: at, as: UInt8.self)
            rest /= 10
        }
        count += length
    }

    mutating func append(digits number: Int64) {
        if number < 0 { append(ascii: "-") }
        append(digits: number.magnitude)
    }

    mutating func append(text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a double's shortest text. Swift allocates nothing for texts of up to 15 bytes, but this one can be longer.
    mutating func append(text number: Double) {
        var text = number.description
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }
}
