import ProbeKit
import Testing

@Suite struct ProtocolTests {
    @Test func aCommandIsAnArrayOfBulkStrings() {
        let bytes = RedisProtocol.encode(["SET", "w:é:1", "1"])
        #expect(String(decoding: bytes, as: UTF8.self) == "*3\r\n$3\r\nSET\r\n$6\r\nw:é:1\r\n$1\r\n1\r\n")
    }

    @Test func repliesAreTakenOneByOne() throws {
        var bytes = ArraySlice("+OK\r\n$-1\r\n$3\r\na\nb\r\n-ERR no\r\n".utf8)
        var replies: [RedisProtocol.Reply] = []
        while let (reply, taken) = try RedisProtocol.decode(bytes) {
            replies.append(reply)
            bytes = bytes.dropFirst(taken)
        }
        #expect(replies == [.status("OK"), .bulk(nil), .bulk("a\nb"), .error("ERR no")])
        #expect(bytes.isEmpty)
    }

    @Test(arguments: ["", "+", "+OK", "+OK\r", "$5\r\nab", "$2\r\nab\r"])
    func anUnfinishedReplyIsWaitedFor(text: String) throws {
        #expect(try RedisProtocol.decode(ArraySlice(text.utf8)) == nil)
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\n", "$99999999999\r\n", "$x\r\n", ":1\r\n"])
    func anotherProtocolIsRefused(text: String) {
        #expect(throws: ProbeFailure.self) { _ = try RedisProtocol.decode(ArraySlice(text.utf8)) }
    }

    @Test(arguments: ["127.0.0.1:80", "[::1]:6379", "[fd00:1::2]:1"])
    func anAddressWithAPortIsAnEndpoint(text: String) {
        #expect(Endpoint(text)?.description == text)
    }

    @Test(arguments: ["", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "m1:80", "::1:80", "[127.0.0.1]:80", ":80"])
    func anythingElseIsNot(text: String) {
        #expect(Endpoint(text) == nil)
    }
}

private func == (left: (RedisProtocol.Reply, Int)?, right: (RedisProtocol.Reply, Int)?) -> Bool {
    left?.0 == right?.0 && left?.1 == right?.1
}
