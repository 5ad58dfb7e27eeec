/// Bytes in network order that grow at their end and are used again for each chunk or row.
struct PostgreSQLBuffer: ~Copyable {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Takes back everything from `count` on.
    mutating func truncate(to count: Int) { self.count = count }

    /// Drops the first `size` bytes.
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
        reserve(bytes.count)
        if let start = bytes.baseAddress { (base + count).copyMemory(from: start, byteCount: bytes.count) }
        count += bytes.count
    }

    /// Writes over bytes that stand there already.
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

extension PostgreSQLBuffer {
    @inline(__always)
    mutating func append(ascii character: Unicode.Scalar) { append(UInt8(ascii: character)) }

    /// The number in decimal, with zeros before it up to `width` digits.
    mutating func append(digits number: UInt64, width: Int = 1) {
        var length = 1
        var rest = number / 10
        while length < width || rest > 0 {
            length += 1
            rest /= 10
        }
        reserve(length)
        // From the last digit to the first: a division by a constant is cheap.
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

    /// Text of up to 15 bytes allocates nothing; the double's shortest form can be longer.
    mutating func append(text number: Double) {
        var text = number.description
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }
}
