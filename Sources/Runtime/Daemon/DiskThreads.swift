import NIOCore

/// The threads that wait for the disk.
public enum DiskThreads {
    /// Sixteen, instead of one a core: a chunk of a transcript counts when it is on the disk, so they do nothing but wait, and
    /// what waits at once the file system writes at once. To be called once, before anything else asks for them.
    public static func provide() { NIOSingletons.blockingPoolThreadCountSuggestion = 16 }
}
