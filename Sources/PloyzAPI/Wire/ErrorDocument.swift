package import PloyzModel

/// A failure as it is published: the body of an HTTP error, the last line of a broken stream, and what `--json`
/// prints on standard error.
package struct ErrorDocument: Document {
    package let code: String
    /// What a command that ends with this failure exits with: see ``ErrorCode/exitStatus``.
    package let exitStatus: Int32
    package let message: String
    package let state: String?
    package let next: String?
    package let others: [ErrorDocument]

    package init(_ error: PloyzError) {
        code = error.code.text
        exitStatus = error.code.exitStatus
        message = error.message
        state = error.state
        next = error.next
        others = error.others.map(ErrorDocument.init)
    }

    package var error: PloyzError {
        PloyzError(
            ErrorCode(code, exitStatus: exitStatus),
            message,
            state: state,
            next: next,
            others: others.map(\.error)
        )
    }
}

extension PloyzError {
    /// Any error as one of ours; one that is not ours becomes `failed` with its description.
    package init(describing error: any Error) {
        switch error {
        case let error as PloyzError: self = error
        case let error as InvalidName: self.init(.usage, error.description)
        default: self.init(.failed, "\(error)")
        }
    }
}
