@testable import PloyzTransfer

extension FuzzTarget {
    /// What the two ends of a stream say to each other. The answers do not depend on where the network cuts them, and
    /// those that are read are written as they came.
    static let transfer = FuzzTarget(name: "transfer", longest: 2048) { bytes in
        header(bytes)
        var whole = StreamAnswerReader()
        let all = Result { try whole.read(bytes) }
        var pieces = StreamAnswerReader()
        // The input says itself where it is cut.
        let size = Int(bytes.last ?? 0) % 16 + 1
        let cut = Result {
            try stride(from: 0, to: bytes.count, by: size).flatMap { start in
                try pieces.read(bytes[start..<min(start + size, bytes.count)])
            }
        }
        switch (all, cut) {
        case (.success(let all), .success(let cut)):
            claim(all == cut, "answers are the same in pieces: \(all), \(cut)")
            answers(all)
        case (.failure, .failure): break
        default: claim(false, "answers are refused in pieces and not as a whole, or the other way: \(all), \(cut)")
        }
    }

    private static func header(_ bytes: [UInt8]) {
        guard let header = StreamHeader(bytes: bytes) else { return }
        claim(header.bytes == bytes, "a header has one form")
        claim(header.secret.count == StreamHeader.secretLength, "a secret has its length")
        for count in 0...bytes.count {
            claim(StreamHeader.canBegin(with: Array(bytes.prefix(count))), "a header can begin as it begins")
        }
    }

    private static func answers(_ answers: [StreamAnswer]) {
        var reader = StreamAnswerReader()
        for answer in answers {
            let bytes = claim("an answer that was read can be written", answer.bytes)
            let again = claim("a written answer can be read") { try reader.read(bytes) }
            claim(again == [answer], "an answer is the same when it is written: \(answer), \(again)")
        }
    }
}
