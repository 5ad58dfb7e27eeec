import TCPOSIX
import Synchronization

/// The process's two output streams and its environment.
package enum Console {
    package static func out(_ text: String) { write(text + "\n", to: 1) }

    /// Prints a line for people to standard error. What others wrote in it controls no terminal.
    package static func error(_ text: String) { write(PrintableText.of(text) + "\n", to: 2) }

    /// Prints a script or other source text. A file or pipe gets it as it is, because programs read it; a terminal gets it as
    /// `PrintableText`.
    package static func source(_ text: String) { out(outputIsTerminal ? PrintableText.of(text) : text) }

    /// Prints a JSON document: as it is, and for a terminal with escapes instead of control characters.
    package static func document(_ text: some StringProtocol) {
        out(outputIsTerminal ? PrintableText.ofJSON(text) : String(text))
    }

    /// Writes text to standard output without adding a newline.
    package static func write(_ text: String) { write(text, to: 1) }

    /// Returns the bytes of standard input, at most `most` of them. It reads on behind what `readLine` has read.
    ///
    /// - Throws: `SystemError` if standard input can't be read.
    package static func input(atMost most: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < most {
            errno = 0
            let byte = getchar()
            if byte >= 0 {
                bytes.append(UInt8(byte))
                continue
            }
            switch errno {
            case 0: return bytes
            case EINTR: continue
            case EAGAIN: Readiness.wait(for: Int32(POLLIN), on: 0)
            default: throw SystemError.last
            }
        }
        return bytes
    }

    /// Writes text to standard error without a newline, for a line that is overwritten repeatedly.
    package static func progress(_ text: String) { write(text, to: 2) }

    /// Asks a question and returns the answer; `nil` if there is none.
    package static func ask(_ question: String) -> String? {
        write(question, to: 2)
        return readLine()
    }

    package static var inputIsTerminal: Bool { isatty(0) == 1 }
    package static var outputIsTerminal: Bool { isatty(1) == 1 }
    package static var errorIsTerminal: Bool { isatty(2) == 1 }

    /// Whether standard output is a terminal that obeys escape sequences.
    package static var outputObeysEscapes: Bool { outputIsTerminal && environment("TERM") != "dumb" }

    /// The size of the terminal on standard output; `nil` if the output is not a terminal, or its size is unknown.
    package static var outputSize: (columns: Int, rows: Int)? {
        var size = winsize()
        guard outputIsTerminal, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// The width of the terminal on standard error in columns; 80 if the terminal does not report it.
    package static var errorColumns: Int {
        var size = winsize()
        guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    package static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The folder for temporary files. An empty `TMPDIR` is none: with it, the root folder would be meant.
    package static var temporaryFolder: String {
        environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// The text that the ledger records for the caller, such as `alex@host`.
    package static var userAtHost: String {
        let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(geteuid())"
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return user }
        let host = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(user)@\(host)"
    }

    /// The present time in RFC 3339, in UTC, to the second.
    package static var now: String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let length = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Prepares the process. Every program calls this function first, on its first thread: as soon as others run, the descriptors
    /// of closed streams may be taken.
    ///
    /// A reader that closes the pipe then ends the output, and not the process in the middle of its work. On a Linux without
    /// /proc, as in the root of an image that is being built, the process ends with a message: Swift reads the arguments from
    /// /proc, and would see no arguments at all. So it does if an argument is not UTF-8, or if there are too few threads.
    package static func begin() {
        occupyClosedStreams()
        signal(SIGPIPE, SIG_IGN)
        // A program that ignores it hands that down, and then no child's exit code is kept (waitpid(2)).
        signal(SIGCHLD, SIG_DFL)
        #if os(Linux)
            guard access("/proc/self/cmdline", R_OK) == 0 else {
                error(
                    "error: /proc can't be read, which holds this command's arguments; mount it: mount -t proc proc /proc"
                )
                exit(2)
            }
            FirstThreads.require()
        #endif
        ArgumentBytes.requireText()
    }

    /// Opens /dev/null on the numbers of standard streams that are closed. The next file or socket would get such a number
    /// otherwise, and would receive what is written to the stream. As with a closed stream, reading and writing fail with EBADF,
    /// so lost results are noticed.
    private static func occupyClosedStreams() {
        for (descriptor, mode) in [(Int32(0), O_WRONLY), (1, O_RDONLY), (2, O_RDONLY)] {
            guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { continue }
            // The new descriptor is the lowest free one, which is this one. A root without /dev still has its folder.
            if open("/dev/null", mode) < 0 { _ = open("/", O_RDONLY) }
        }
    }

    private static let firstLoss = Mutex(Int32?.none)

    /// The `errno` of the first failed write to standard output; `nil` if all writes succeeded.
    package static var lostOutput: Int32? { firstLoss.withLock { $0 } }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            guard !Descriptor.write(UnsafeRawBufferPointer(bytes), to: descriptor) else { return }
            let reason = errno
            if descriptor == 1 { firstLoss.withLock { $0 = $0 ?? reason } }
        }
    }
}
