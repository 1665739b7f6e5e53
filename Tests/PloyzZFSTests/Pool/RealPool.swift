import Testing

/// Suites on a real pool run one after the other: a process that one of them starts in a mount namespace of its own
/// holds whatever another has mounted at that moment.
@Suite("On a real pool", .realPool, .serialized)
enum RealPool {}
