import PloyzAPI
import PloyzAPITestSupport
import PloyzCommands
import PloyzModel
import Synchronization

/// Runs command lines against a fake service and keeps what they print.
final class Harness: Sendable {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    let service: FakeOperatorService
    private let written = Mutex<(output: String, errors: String)>(("", ""))
    private let sockets = Mutex<[String]>([])

    private let answer: String?
    private let asked = Mutex<[String]>([])

    /// - Parameter answer: what is typed at the terminal when something is asked; nil when nobody sits there.
    init(_ service: FakeOperatorService = FakeOperatorService(), answer: String? = nil) {
        self.service = service
        self.answer = answer
    }

    /// What was asked at the terminal.
    var questions: [String] { asked.withLock { $0 } }

    /// The paths of the sockets that commands asked for.
    var socketPaths: [String] { sockets.withLock { $0 } }

    func run(
        _ arguments: [String],
        input: String = "",
        environment: [String: String] = [:],
        isTerminal: Bool = false,
        interrupts: AsyncStream<Void>? = nil
    ) async -> Result {
        let context = CommandContext(
            connect: { path, body in
                self.sockets.withLock { $0.append(path) }
                try await body(self.service)
            },
            examine: { _ in Samples.doctorReport },
            write: { text, sink in
                self.written.withLock { written in
                    if sink == .output { written.output += text } else { written.errors += text }
                }
            },
            readInput: { input },
            environment: environment,
            isTerminal: isTerminal,
            isErrorTerminal: isTerminal,
            columns: 80,
            interrupts: { interrupts ?? AsyncStream { _ in } },
            sleep: { _ in },
            ask: question
        )
        let status = await CommandLineTool.run(arguments, in: context)
        return written.withLock { written in
            defer { written = ("", "") }
            return Result(status: status, output: written.output, errors: written.errors)
        }
    }

    private var question: (@Sendable (String) -> String?)? {
        guard let answer else { return nil }
        return { text in
            self.asked.withLock { $0.append(text) }
            return answer
        }
    }
}
