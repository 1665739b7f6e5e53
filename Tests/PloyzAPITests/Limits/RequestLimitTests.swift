import Foundation
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOTLS
import PloyzModel
import Testing

@testable import PloyzAPI

@Suite("Limits of a request")
struct RequestLimitTests {
    private let refusals = Refusals()
    private let loop = EmbeddedEventLoop()
    private let limits = RequestLimits(
        perAddress: 1,
        total: 1,
        handshake: .seconds(5),
        head: .seconds(10),
        body: .seconds(20),
        stall: .seconds(30),
        idle: .seconds(60),
        bodySize: 100
    )
    private let start = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v1/deployments")

    private func channel(isEncrypted: Bool = false) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(loop: loop)
        let handler = RequestLimitHandler(limits: limits, isEncrypted: isEncrypted, refusals: refusals)
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func body(_ count: Int) -> HTTPServerRequestPart { .body(ByteBuffer(repeating: 0, count: count)) }

    @Test("a handshake that is not done in time ends the connection")
    func handshake() throws {
        let channel = try channel(isEncrypted: true)
        loop.advanceTime(by: .seconds(4))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(refusals.all == ["slow-handshake": 1])
    }

    @Test("headers have their time from the end of the handshake")
    func head() throws {
        let channel = try channel(isEncrypted: true)
        loop.advanceTime(by: .seconds(4))
        channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        loop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(refusals.all == ["slow-head": 1])
    }

    @Test("a body that comes a byte at a time has no longer than another")
    func slowBody() throws {
        let channel = try channel()
        try channel.writeInbound(HTTPServerRequestPart.head(start))
        for _ in 0..<19 {
            try channel.writeInbound(body(1))
            loop.advanceTime(by: .seconds(1))
        }
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(refusals.all == ["slow-body": 1])
    }

    @Test("a request that is complete may be answered for as long as it takes")
    func longAnswer() throws {
        let channel = try channel()
        try channel.writeInbound(HTTPServerRequestPart.head(start))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        #expect(refusals.all == [:])
    }

    @Test("a body without end is counted once, and cut off")
    func endlessBody() throws {
        let channel = try channel()
        try channel.writeInbound(HTTPServerRequestPart.head(start))
        for _ in 0..<20 { try channel.writeInbound(body(10)) }
        #expect(channel.isActive)
        #expect(refusals.all == ["body-size": 1])
        try channel.writeInbound(body(1))
        #expect(!channel.isActive)
        #expect(refusals.all == ["body-size": 1])
    }

    @Test("who takes nothing of an answer is cut off, who goes on reading is not")
    func slowReader() throws {
        let channel = try channel()
        try channel.writeInbound(HTTPServerRequestPart.head(start))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        loop.advanceTime(by: .seconds(29))
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        loop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        loop.advanceTime(by: .seconds(30))
        #expect(!channel.isActive)
        #expect(refusals.all == ["slow-reader": 1])
    }
}
