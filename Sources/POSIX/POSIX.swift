// The C library by one name on every system: Swift calls it Glibc, Musl or Darwin.

#if canImport(Darwin)
    @_exported import Darwin
#elseif canImport(Musl)
    @_exported import Musl
#else
    @_exported import Glibc
#endif

// POSIX.1-2008 names these times `st_mtim` and `st_ctim`; Darwin names them otherwise.

#if canImport(Darwin)
    extension stat {
        /// When the file's contents were written last.
        public var modificationTime: timespec { st_mtimespec }
        /// When the file's contents, owner, mode or links were changed last.
        public var changeTime: timespec { st_ctimespec }
    }
#else
    extension stat {
        /// When the file's contents were written last.
        public var modificationTime: timespec { st_mtim }
        /// When the file's contents, owner, mode or links were changed last.
        public var changeTime: timespec { st_ctim }
    }
#endif
