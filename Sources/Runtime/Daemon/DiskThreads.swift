import NIOCore

/// The threads that wait for the disk.
package enum DiskThreads {
    /// Sets the number of threads that wait for the disk to sixteen, instead of one per core. A chunk of a transcript counts
    /// only when it is on the disk, so these threads do nothing but wait, and the file system writes together the chunks that
    /// wait together. Must be called once, before anything else uses these threads.
    package static func provide() { NIOSingletons.blockingPoolThreadCountSuggestion = 16 }
}
