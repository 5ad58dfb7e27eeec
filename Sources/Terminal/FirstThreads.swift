#if os(Linux)
    import TCPOSIX
    import Synchronization

    /// The threads that Swift's runtime starts before a command's first line runs. Where the system gives none, libdispatch asks for them
    /// again and again, silently and for ever.
    enum FirstThreads {
        private static let gate = Mutex(())

        /// Ends the process with a message if a limit on processes and threads is too small for them. They are tried, since no file tells
        /// all limits: the user's, the service's, the container's. All together take a tenth of a millisecond.
        static func require() {
            let code = start(4)
            guard code != 0 else { return }
            Console.error(
                "error: the threads of this command could not be started: \(SystemError(code)); "
                    + "raise the limit on processes and threads (ulimit -u, or the service's or container's)")
            exit(2)
        }

        /// Starts so many threads at once, and waits for their end. Returns the error of the first that can't be started; otherwise 0.
        private static func start(_ count: Int) -> Int32 {
            var (threads, code): ([pthread_t], Int32) = ([], 0)
            gate.withLock { _ in
                while code == 0, threads.count < count {
                    var thread = pthread_t()
                    code = pthread_create(
                        &thread, nil,
                        { _ in
                            FirstThreads.gate.withLock { _ in }
                            return nil
                        }, nil)
                    if code == 0 { threads.append(thread) }
                }
            }
            for thread in threads { pthread_join(thread, nil) }
            return code
        }
    }
#endif
