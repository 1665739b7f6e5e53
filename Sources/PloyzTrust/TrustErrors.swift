package import PloyzModel

extension ErrorCode {
    /// A certificate, key or signing request is malformed, expired, of another authority or of another machine.
    package static let certificateRefused = ErrorCode("certificate-refused", exitStatus: 1)
    /// The text is no join token.
    package static let tokenMalformed = ErrorCode("token-malformed", exitStatus: 2)
    /// The join token is unknown, used or expired.
    package static let tokenRefused = ErrorCode("token-refused", exitStatus: 3)
}
