import CPloyzSystem
import Foundation
import PloyzModel

/// A sandbox's network namespace, reached by its process.
struct SandboxNetwork: Sendable {
    let pid: Int32

    /// - Throws: ``PloyzError`` when the process is gone, or shares the machine's own network: then every command meant
    ///   for the sandbox would change the machine.
    init(pid: Int32) throws {
        self.pid = pid
        var inside = stat()
        var own = stat()
        guard stat(path, &inside) == 0 else { throw Self.failure("find the sandbox's process \(pid)", errno) }
        guard stat("/proc/self/ns/net", &own) == 0, own.st_ino != inside.st_ino else {
            throw PloyzError(
                .overlayFailed,
                "the sandbox's process \(pid) has no network of its own",
                state: "nothing was changed"
            )
        }
    }

    /// Runs blocking work on a thread of its own that enters this network and ends with the work.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let path = path
        return try await OwnThread.run {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Self.failure("open \(path)", errno) }
            let error = ployz_enter_network(descriptor)
            close(descriptor)
            guard error == 0 else { throw Self.failure("enter \(path)", error) }
            return try body()
        }
    }

    private var path: String { "/proc/\(pid)/ns/net" }

    private static func failure(_ what: String, _ error: Int32) -> PloyzError {
        PloyzError(.overlayFailed, "cannot \(what): \(String(cString: strerror(error)))")
    }
}
