import Foundation
import PloyzModel

/// Makes answers out of bytes as they arrive, in whatever pieces.
package struct StreamAnswerReader: Sendable {
    /// The bytes are no answers: another protocol, or a defect.
    package enum Malformed: Error, Hashable, Sendable {
        case resultTooLong(UInt64)
        case notAResult
        case countWentBack
        case bytesAfterResult
    }

    private var rest: [UInt8] = []
    private var count: UInt64 = 0
    private var isDone = false

    package init() {}

    package mutating func read(_ bytes: some Collection<UInt8>) throws(Malformed) -> [StreamAnswer] {
        rest += bytes
        var answers: [StreamAnswer] = []
        while let answer = try next() { answers.append(answer) }
        return answers
    }

    private mutating func next() throws(Malformed) -> StreamAnswer? {
        guard !isDone else {
            guard rest.isEmpty else { throw .bytesAfterResult }
            return nil
        }
        guard rest.count >= 8 else { return nil }
        let word = rest[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard word & StreamAnswer.resultFlag != 0 else {
            rest.removeFirst(8)
            guard word >= count else { throw .countWentBack }
            count = word
            return .acknowledged(ByteCount(word))
        }
        let length = word & ~StreamAnswer.resultFlag
        guard length <= StreamAnswer.resultLimit else { throw .resultTooLong(length) }
        guard rest.count >= 8 + Int(length) else { return nil }
        let json = Data(rest[8..<8 + Int(length)])
        rest.removeFirst(8 + Int(length))
        isDone = true
        do {
            return .result(try JSON.decode(StreamResult.self, from: json))
        } catch {
            throw .notAResult
        }
    }
}
