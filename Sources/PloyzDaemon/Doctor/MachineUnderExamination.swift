import Foundation
import Logging
import PloyzContainers
import PloyzModel
import PloyzOverlay

/// What the doctor asks a machine. Every question only looks.
protocol MachineUnderExamination: Sendable {
    /// Whether the daemon's search path has the program.
    func has(_ program: String) -> Bool
    func kind(of path: String) -> FileKind
    /// The first `limit` bytes of a file; nil when it cannot be read.
    func contents(_ path: String, limit: Int) -> Data?
    /// Runs a program that changes nothing; nil when it is not there or does not end.
    func run(_ program: String, _ arguments: [String]) async -> InvocationResult?
    /// - Throws: ``PloyzError`` when the engine does not answer.
    func dockerVersion(socket: String) async throws -> String
}

/// What is at a path.
enum FileKind: Hashable, Sendable {
    case nothing
    case program
    /// With the bits of its mode.
    case directory(mode: UInt16, ownerID: UInt32)
    case other
}

/// The machine that this process runs on.
struct ThisMachine: MachineUnderExamination {
    private let runner = SystemInvocationRunner()
    /// As ``SystemInvocationRunner`` looks for programs.
    private static let directories = ["/usr/local/sbin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    func has(_ program: String) -> Bool {
        Self.directories.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    func kind(of path: String) -> FileKind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .nothing }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .directory(mode: UInt16(status.st_mode & 0o7777), ownerID: status.st_uid)
        case S_IFREG where access(path, X_OK) == 0: return .program
        default: return .other
        }
    }

    func contents(_ path: String, limit: Int) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        return try? file.read(upToCount: limit)
    }

    func run(_ program: String, _ arguments: [String]) async -> InvocationResult? {
        try? await runner.run(Invocation(program, arguments))
    }

    func dockerVersion(socket: String) async throws -> String {
        let engine = DockerEngine(socket: socket, logger: Logger(label: "doctor"))
        let answer: Result<String, any Error>
        do {
            answer = .success(try await engine.version().version)
        } catch {
            answer = .failure(error)
        }
        try await engine.shutdown()
        return try answer.get()
    }
}
