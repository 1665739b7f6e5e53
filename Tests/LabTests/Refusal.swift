import LabScenarios
import Testing

/// Runs a command that must be refused and leave no trace.
///
/// - Parameters:
///   - code: of the error, as in `error[code]`.
///   - texts: what the message must hold.
///   - machine: where the command is given.
func expectRefused(
    _ arguments: [String],
    status: Int32 = 3,
    code: String,
    _ texts: String...,
    on machine: String = "m1",
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let lab = try lab()
    let before = try await Traces.of(lab, asking: machine)
    let result = try await lab.ctl(machine, arguments)
    let after = try await Traces.of(lab, asking: machine)
    expect(result, status: status, code: code, texts, sourceLocation: sourceLocation)
    #expect(after == before, "the refused command left traces", sourceLocation: sourceLocation)
}

/// The exit status and the text of a command that failed.
func expect(
    _ result: ProgramResult,
    status: Int32,
    code: String,
    _ texts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(result.status == status, "\(result.errorText)", sourceLocation: sourceLocation)
    #expect(result.errorText.contains("error[\(code)]:"), "\(result.errorText)", sourceLocation: sourceLocation)
    for text in texts {
        #expect(result.errorText.contains(text), "\(result.errorText)", sourceLocation: sourceLocation)
    }
}
