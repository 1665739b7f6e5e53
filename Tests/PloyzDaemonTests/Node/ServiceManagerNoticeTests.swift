import Foundation
import Testing

@testable import PloyzDaemon

@Suite struct ServiceManagerNoticeTests {
    /// What arrives at a socket of that name; `@` stands for the zero byte of an abstract one.
    private func received(at name: String, _ body: (ServiceManagerNotice) -> Void) throws -> String {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: bytes)
            if name.hasPrefix("@") { path[0] = 0 }
        }
        let length = MemoryLayout<sa_family_t>.size + bytes.count + (name.hasPrefix("@") ? 0 : 1)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) }
        }
        try #require(isBound == 0)
        body(try #require(ServiceManagerNotice(environment: ["NOTIFY_SOCKET": name])))
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func aSocketInADirectoryIsTold() throws {
        let path = FileManager.default.temporaryDirectory.path + "/ployz-notify-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(path) }
        #expect(try received(at: path) { $0.ready() } == "READY=1")
    }

    @Test func anAbstractSocketIsTold() throws {
        #expect(try received(at: "@ployz-notify-\(UUID().uuidString)") { $0.stopping() } == "STOPPING=1")
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "@"], ["NOTIFY_SOCKET": "relative"]])
    func nobodyIsTold(environment: [String: String]) {
        #expect(ServiceManagerNotice(environment: environment) == nil)
    }

    @Test func nobodyListensIsNoError() throws {
        try #require(ServiceManagerNotice(environment: ["NOTIFY_SOCKET": "/nonexistent/socket"])).ready()
        try #require(ServiceManagerNotice(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "a", count: 200)]))
            .ready()
    }
}
