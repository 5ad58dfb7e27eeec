import TCMalloc
import TCPOSIX

/// Settings of the C library's memory allocator.
package enum Heap {
    /// Makes all threads share two arenas. By default, glibc makes up to eight arenas for each processor, and each keeps the
    /// memory that was freed in it (https://man7.org/linux/man-pages/man3/mallopt.3.html); a daemon's threads mostly wait.
    /// Other C libraries have no such setting. Call it once, before there is a second thread.
    package static func shareArenas() {
        #if canImport(Glibc)
            mallopt(M_ARENA_MAX, 2)
        #endif
    }
}
