/// Runs programs to their end.
package protocol InvocationRunner: Sendable {
    /// - Throws: ``PloyzError`` when the program is not there, prints more than a few MiB, or takes longer than its
    ///   bound. An exit status other than 0 is no error here.
    func run(_ invocation: Invocation) async throws -> InvocationResult
}

package struct InvocationResult: Hashable, Sendable {
    /// The exit status; 128 and the signal's number when a signal ended it.
    package let status: Int32
    package let output: String
    package let errors: String

    package init(status: Int32, output: String = "", errors: String = "") {
        self.status = status
        self.output = output
        self.errors = errors
    }
}
