import TCPOSIX

/// The system's figures about this process. Linux reports most of them in /proc; on other systems those are left out.
struct ProcessFigures {
    var residentBytes: Int?
    var openFiles: Int?
    var mostFiles: Int
    var cpuSeconds: Double

    static var current: ProcessFigures {
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        let files = Folder.names(in: "/proc/self/fd").count
        return ProcessFigures(
            residentBytes: residentPages.map { $0 * Int(getpagesize()) },
            // The descriptor of the folder itself is one of them.
            openFiles: files > 0 ? files - 1 : nil,
            mostFiles: Descriptors.limit, cpuSeconds: Double(used.tv_sec) + Double(used.tv_nsec) / 1_000_000_000)
    }

    /// The number of resident pages: the second number in /proc/self/statm (proc(5)).
    private static var residentPages: Int? {
        guard let bytes = HostFolder.read("/proc/self/statm") else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return numbers.count > 1 ? Int(numbers[1]) : nil
    }

    func add(to exposition: inout Exposition) {
        exposition.single(
            "process_cpu_seconds_total", .counter, "Processor time that the daemon has used.", cpuSeconds)
        if let residentBytes {
            exposition.single(
                "process_resident_memory_bytes", .gauge, "Memory that the daemon has in use.", residentBytes)
        }
        if let openFiles { exposition.single("process_open_fds", .gauge, "Open files.", openFiles) }
        exposition.single("process_max_fds", .gauge, "The limit of open files.", mostFiles)
    }
}
