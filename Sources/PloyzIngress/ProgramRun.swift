/// Runs a program to its end; a status other than 0 is no error.
package typealias ProgramRun =
    @Sendable (_ program: String, _ arguments: [String]) async throws -> (
        status: Int32, output: String, errors: String
    )
