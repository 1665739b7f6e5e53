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
    /// Why the program cannot be a sandbox's; nil when it can.
    func sandboxProblem(_ path: String) -> PloyzError?
    /// Runs a program that changes nothing; nil when it is not there or does not end.
    func run(_ program: String, _ arguments: [String]) async -> InvocationResult?
    /// - Throws: ``PloyzError`` when the engine does not answer.
    func dockerVersion(socket: String) async throws -> String
}

/// The machine that this process runs on.
struct ThisMachine: MachineUnderExamination {
    private let runner = SystemInvocationRunner()
    /// As ``SystemInvocationRunner`` looks for programs.
    private static let directories = ["/usr/local/sbin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    func has(_ program: String) -> Bool {
        Self.directories.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    func kind(of path: String) -> FileKind { FileKind(at: path) }

    func sandboxProblem(_ path: String) -> PloyzError? { StaticProgram.problem(at: path) }

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
