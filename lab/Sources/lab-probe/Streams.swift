import ArgumentParser
import Posix
import ProbeKit

struct Proxy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stand between a sender and a receiver of streams, and damage the first stream that is long enough.",
        discussion: """
            Connections to the port are handed on to the receiver, both ways. The header of each is written down: a line \
            of the file of secrets. Goes on until it is ended.
            """
    )

    @Option(help: "The port to listen on.")
    var listen: UInt16

    @Option(help: "The receiver.")
    var to: Endpoint

    @Option(help: "The file that headers are appended to.")
    var secrets: String

    @Option(help: "Bytes before the stream.")
    var header = 80

    @Option(help: "Change one bit of the byte at this offset of the stream.")
    var flip: Int?

    @Option(help: "End the stream, in good order, behind the first record that ends at or after this offset.")
    var truncate: Int?

    @Flag(help: "Close the first connection when its header is here, and hand nothing on.")
    var swallow = false

    func run() throws {
        let damage: StreamProxy.Damage =
            flip.map { .flip($0) } ?? truncate.map { .truncate($0) } ?? (swallow ? .swallow : .none)
        var proxy = try StreamProxy(port: listen, to: to, headerLength: header, damage: damage, secrets: secrets)
        try proxy.run()
    }
}

struct Present: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open a connection, send a line, and print what is answered before it is closed.",
        discussion: "As whoever replays the header of a stream does. Bytes that are no text are left out."
    )

    @Option(help: "The receiver.")
    var to: Endpoint

    @Argument(help: "The line, without its end.")
    var line: String

    func run() throws {
        print(try Presentation.answer(to: line, at: to))
    }
}
