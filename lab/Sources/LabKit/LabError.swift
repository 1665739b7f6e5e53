/// What went wrong with a lab, and what to do next.
package struct LabError: Error, CustomStringConvertible {
    package let message: String
    /// A command, or nil when there is nothing to do.
    package let next: String?

    package init(_ message: String, next: String? = nil) {
        self.message = message
        self.next = next
    }

    package var description: String { message + (next.map { "\nnext: \($0)" } ?? "") }
}
