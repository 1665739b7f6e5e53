import Synchronization

/// Something that is done at most once, whoever asks for it.
final class Once: Sendable {
    private let body: Mutex<(@Sendable () -> Void)?>

    init(_ body: @escaping @Sendable () -> Void) { self.body = Mutex(body) }

    func run() { body.withLock { $0.take() }?() }
}
