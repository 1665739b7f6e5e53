import Glibc

/// A system call that failed, with what it was asked to work on.
package struct PosixError: Error, CustomStringConvertible {
    package let call: String
    package let code: Int32
    package let subject: String

    package init(_ call: String, _ code: Int32, on subject: String) {
        self.call = call
        self.code = code
        self.subject = subject
    }

    package var description: String { "\(call) \(subject): \(String(cString: strerror(code)))" }

    /// Throws when a call returned a negative result; `errno` tells why.
    @discardableResult
    package static func check<T: SignedInteger>(
        _ result: T,
        _ call: String,
        on subject: @autoclosure () -> String
    ) throws -> T {
        guard result >= 0 else { throw PosixError(call, errno, on: subject()) }
        return result
    }
}
