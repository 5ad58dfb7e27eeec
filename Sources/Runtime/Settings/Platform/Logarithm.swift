#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

func logarithm2(_ number: Double) -> Double { log2(number) }
