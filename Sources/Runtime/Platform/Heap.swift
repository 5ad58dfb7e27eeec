import TCMalloc
import TCPOSIX

/// How the C library hands out memory.
public enum Heap {
    /// Lets all threads share two arenas, where glibc would give them up to eight for each processor and keep in each what was freed
    /// there (https://man7.org/linux/man-pages/man3/mallopt.3.html): a daemon's threads mostly wait. Other libraries have none. To be
    /// called once, before there is a second thread.
    public static func shareArenas() {
        #if canImport(Glibc)
            mallopt(M_ARENA_MAX, 2)
        #endif
    }
}
