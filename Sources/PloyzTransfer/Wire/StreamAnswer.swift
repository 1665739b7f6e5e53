package import PloyzModel

/// What the receiver says while and after it receives: eight bytes, big-endian, each time. A number below 2^63 is the
/// count of bytes that it has handed on so far; one above is the length of the result that follows as JSON, after
/// which nothing comes.
package enum StreamAnswer: Hashable, Sendable {
    case acknowledged(ByteCount)
    case result(StreamResult)

    /// A result is never longer.
    package static let resultLimit = 64 << 10
    static let resultFlag = UInt64(1) << 63

    package func bytes() throws -> [UInt8] {
        switch self {
        case .acknowledged(let count): return Self.word(count.bytes)
        case .result(let result):
            let json = try JSON.encode(result)
            return Self.word(Self.resultFlag | UInt64(json.count)) + json
        }
    }

    static func word(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
}
