import Glibc

/// Why one attempt of a probe was not acknowledged.
package enum ProbeFailure: Error, Equatable, Hashable, CustomStringConvertible {
    /// No connection: an errno.
    case connect(Int32)
    /// Connected, then: an errno. `ETIMEDOUT` when the time of the attempt was over.
    case request(Int32)
    /// The server closed before it had answered.
    case closed
    /// The server answered with something other than success: the first word of it.
    case refused(String)

    package var isConnect: Bool {
        if case .connect = self { true } else { false }
    }

    /// The key under which it is counted, such as `connect ECONNREFUSED`.
    package var description: String {
        switch self {
        case .connect(let code): "connect \(Self.name(of: code))"
        case .request(let code): "request \(Self.name(of: code))"
        case .closed: "request closed"
        case .refused(let word): "request answered \(word)"
        }
    }

    static func name(of code: Int32) -> String {
        switch code {
        case EADDRNOTAVAIL: "EADDRNOTAVAIL"
        case ECONNABORTED: "ECONNABORTED"
        case ECONNREFUSED: "ECONNREFUSED"
        case ECONNRESET: "ECONNRESET"
        case EHOSTUNREACH: "EHOSTUNREACH"
        case ENETDOWN: "ENETDOWN"
        case ENETUNREACH: "ENETUNREACH"
        case ENOTCONN: "ENOTCONN"
        case EPIPE: "EPIPE"
        case ETIMEDOUT: "ETIMEDOUT"
        default: "errno \(code)"
        }
    }
}
