import TCPOSIX

/// The running program.
package enum Executable {
    /// The path of the program, with links resolved; `nil` if the system does not tell. After an upgrade it is the new program's.
    package static var path: String? {
        #if os(Linux)
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let length = readlink("/proc/self/exe", &buffer, buffer.count)
            guard length > 0 else { return nil }
            return present(String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self))
        #else
            var size = UInt32(PATH_MAX)
            var buffer = [CChar](repeating: 0, count: Int(size))
            guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
            return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        #endif
    }

    #if os(Linux)
        /// Returns the path without the mark that the kernel puts behind a file that was replaced or removed (proc(5), `/proc/PID/exe`).
        static func present(_ path: String) -> String {
            let mark = " (deleted)"
            guard path.hasSuffix(mark), access(path, F_OK) != 0 else { return path }
            return String(path.dropLast(mark.count))
        }
    #endif
}
