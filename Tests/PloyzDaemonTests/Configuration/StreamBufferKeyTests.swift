import PloyzModel
import Testing

@testable import PloyzDaemon

/// The key `stream_buffer`.
@Suite struct StreamBufferKeyTests {
    private func read(_ text: String?, environment: [String: String] = [:]) throws -> ByteCount {
        try ConfigurationReader.read(text, environment: environment, hostName: "alpha").streamBuffer
    }

    @Test(
        "a size within the range is taken, from the file and from the environment",
        arguments: [
            ("1MiB", UInt64(1) << 20), ("64MiB", 64 << 20), ("1GiB", 1 << 30), ("1048577", 1_048_577),
        ]
    )
    func taken(text: String, bytes: UInt64) throws {
        #expect(try read("stream_buffer = \"\(text)\"") == ByteCount(bytes))
        #expect(try read(nil, environment: ["PLOYZ_STREAM_BUFFER": text]) == ByteCount(bytes))
        #expect(try read(nil) == .mebibytes(64))
    }

    @Test(
        "any other value is refused by its key",
        arguments: ["\"1023KiB\"", "\"1025MiB\"", "\"0\"", "\"64 MiB\"", "\"64M\"", "\"\"", "67108864"]
    )
    func refused(value: String) {
        let error = #expect(throws: PloyzError.self) { try read("stream_buffer = \(value)") }
        #expect(error?.code == .configurationInvalid)
        #expect(error?.message.hasPrefix("stream_buffer: ") == true)
    }
}
