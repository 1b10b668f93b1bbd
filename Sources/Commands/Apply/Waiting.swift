internal import Glibc

/// Waiting by the clock that goes on while the machine sleeps.
enum Waiting {
    /// Waits that long, whatever signals come that end nothing.
    static func wait(_ duration: Duration) {
        var end = timespec()
        clock_gettime(CLOCK_BOOTTIME, &end)
        end.tv_sec += Int(duration.components.seconds)
        while clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &end, nil) == EINTR {}
    }
}
