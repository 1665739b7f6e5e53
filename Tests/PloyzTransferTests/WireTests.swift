import PloyzMigration
import PloyzModel
import PloyzTransfer
import Testing

@Suite("The bytes on the wire")
struct WireTests {
    let secret = (0..<32).map { UInt8($0 * 7) }

    @Test("a header is read back")
    func header() {
        let header = StreamHeader(secret: secret)
        #expect(header.bytes.count == StreamHeader.length)
        #expect(StreamHeader(bytes: header.bytes) == header)
        #expect(header.bytes.prefix(15).elementsEqual("ployz-stream/1 ".utf8))
    }

    @Test("a header that is short, long, of another version or with other digits is refused")
    func badHeaders() {
        let good = StreamHeader(secret: secret).bytes
        #expect(StreamHeader(bytes: []) == nil)
        #expect(StreamHeader(bytes: Array(good.dropLast())) == nil)
        #expect(StreamHeader(bytes: good + [10]) == nil)
        for (index, byte) in [
            (0, UInt8(ascii: "P")), (13, 50), (15, UInt8(ascii: "G")), (20, UInt8(ascii: "A")), (79, 13),
        ] {
            var bad = good
            bad[index] = byte
            #expect(StreamHeader(bytes: bad) == nil)
        }
        #expect(!StreamHeader.canBegin(with: Array("GET / HTTP/1.1".utf8)))
        #expect(StreamHeader.canBegin(with: Array(good.prefix(3))))
    }

    @Test("answers are read from pieces of any size", arguments: [1, 3, 8, 9, 1000])
    func answers(size: Int) throws {
        let receipt = TransferReceipt(bytes: ByteCount(9_000_000), guid: .max)
        let all: [StreamAnswer] = [
            .acknowledged(ByteCount(0)), .acknowledged(ByteCount(1 << 40)), .acknowledged(ByteCount(1 << 40)),
            .result(.received(receipt)),
        ]
        var bytes = try all.flatMap { try $0.bytes() }[...]
        var reader = StreamAnswerReader()
        var read: [StreamAnswer] = []
        while !bytes.isEmpty {
            read += try reader.read(bytes.prefix(size))
            bytes = bytes.dropFirst(size)
        }
        #expect(read == all)
    }

    @Test("an error travels whole")
    func error() throws {
        let error = PloyzError(.failed, "no", state: "as before", next: "again", others: [PloyzError(.usage, "too")])
        var reader = StreamAnswerReader()
        #expect(try reader.read(try StreamAnswer.result(.failed(error)).bytes()) == [.result(.failed(error))])
    }

    @Test("what is no answer is refused, and nothing without a bound is kept")
    func malformed() throws {
        var long = StreamAnswerReader()
        #expect(throws: StreamAnswerReader.Malformed.resultTooLong(0x7fff_ffff_ffff_ffff)) {
            try long.read([UInt8](repeating: 0xff, count: 8))
        }
        var noResult = StreamAnswerReader()
        #expect(throws: StreamAnswerReader.Malformed.notAResult) {
            try noResult.read([0x80, 0, 0, 0, 0, 0, 0, 2] + Array("{}".utf8))
        }
        var back = StreamAnswerReader()
        #expect(throws: StreamAnswerReader.Malformed.countWentBack) {
            try back.read([0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 8])
        }
        var after = StreamAnswerReader()
        let result = try StreamAnswer.result(.failed(PloyzError(.failed, "x"))).bytes()
        #expect(throws: StreamAnswerReader.Malformed.bytesAfterResult) { try after.read(result + [0]) }
    }
}
