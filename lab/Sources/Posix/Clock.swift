import Glibc

/// The clocks of the kernel, in nanoseconds.
package enum Clock {
    /// Nanoseconds since an arbitrary moment; never goes back. The same in every namespace of one host.
    package static func monotonic() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// Nanoseconds since 1970-01-01 UTC.
    package static func wall() -> UInt64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
