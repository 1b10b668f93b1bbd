import Testing

/// The tests that need a ``CommandHost``: there is one libvirt's test driver for the process, so they run one after the other. The
/// tests of other suites go on beside them, which they could not if each waited for the host by itself.
@Suite("On a host of the test's own", .serialized)
enum OnOneHost {}
