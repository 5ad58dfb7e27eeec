// The C library under one module name on every system: Swift calls it Glibc, Musl or Darwin.

#if canImport(Darwin)
    @_exported import Darwin
#elseif canImport(Musl)
    @_exported import Musl
#else
    @_exported import Glibc
#endif

// POSIX.1-2008 names these times `st_mtim` and `st_ctim`; Darwin has other names for them.

#if canImport(Darwin)
    extension stat {
        /// The time at which the file's contents were last written.
        public var modificationTime: timespec { st_mtimespec }
        /// The time at which the file's contents, owner, mode or links last changed.
        public var changeTime: timespec { st_ctimespec }
    }
#else
    extension stat {
        /// The time at which the file's contents were last written.
        public var modificationTime: timespec { st_mtim }
        /// The time at which the file's contents, owner, mode or links last changed.
        public var changeTime: timespec { st_ctim }
    }
#endif

/// What this process does about a signal.
public enum SignalDisposition: Sendable {
    /// What the system does by itself, which ends the process for most signals.
    case byDefault
    case ignored
    /// A function of the program is called.
    case handled

    public static func of(_ signal: Int32) -> SignalDisposition {
        var action = sigaction()
        sigaction(signal, nil, &action)
        #if canImport(Darwin)
            let handler = unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
        #else
            let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        #endif
        return switch handler {
        case unsafeBitCast(SIG_DFL, to: Int.self): .byDefault
        case unsafeBitCast(SIG_IGN, to: Int.self): .ignored
        default: .handled
        }
    }
}
