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
