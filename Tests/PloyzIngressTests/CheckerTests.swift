import Foundation
import PloyzModel
import Testing

@testable import PloyzIngress

/// What the programs' own checkers say of our texts.
@Suite struct CheckerTests {
    private let directory = IngressDirectory(
        FileManager.default.temporaryDirectory.appending(path: "checked-\(UUID())").path
    )

    private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, errors: String) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let errors = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: errors, as: UTF8.self))
    }

    @Test func haproxyTakesWhatIsWrittenAndItsComplaintsLeadToTheService() throws {
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        let text = IngressText(settings: IngressSettings(), directory: directory)
        let files = IngressFiles(directory: directory, text: text)
        var book = IngressBook(text: text)
        for index in 0..<100 {
            let route = HTTPRoute(host: "s\(index).example.com", path: "/~a'b\"c$d(e);f=%20&g", port: 8080)
            let view = try Fixtures.view(
                "a-very-long-namespace-of-sixty-three-characters-012345678-abcd/s\(index)",
                ports: [10_000 + index: 80],
                routes: [route, HTTPRoute(host: "s\(index).example.com", port: 80)],
                addresses: ["10.101.1.2", "10.101.2.2"]
            )
            _ = book.update(Fixtures.change(view))
        }
        try files.prepare(book)
        try files.write(Set(book.pages.keys), of: book, withRoutes: true)
        let good = try run("/usr/sbin/haproxy", ["-c", "-f", directory.configuration])
        #expect(good.status == 0, "\(good.errors)")

        let service = try #require(book.pages.keys.min())
        let shard = IngressShard(service)
        let lines = book.text(of: shard).split(separator: "\n", omittingEmptySubsequences: false)
        let listen = try #require(
            lines.firstIndex { $0.hasPrefix("listen ") && $0.contains(".\(service.service).tcp.") }
        )
        let broken = lines.enumerated().map { $0 == listen + 1 ? "    bind nonsense" : $1 }.joined(separator: "\n")
        try GeneratedFile(directory.shard(shard)).write(broken, draft: directory.draft)
        let bad = try run("/usr/sbin/haproxy", ["-c", "-f", directory.configuration])
        #expect(bad.status != 0)
        let places = HAProxyComplaint(bad.errors).places.keys
        #expect(Set(places.compactMap { book.service(of: $0.shard, line: $0.line) }) == [service], "\(bad.errors)")
    }

    @Test func dnsmasqTakesItsOptions() throws {
        let server = NamesServer(
            program: "/usr/sbin/dnsmasq",
            address: try IPv4Address("10.101.1.1"),
            directory: FileManager.default.temporaryDirectory.path,
            logFile: "/dev/null"
        )
        let answer = try run(server.program, ["--test"] + server.arguments(user: NamesServer.user))
        #expect(answer.status == 0, "\(answer.errors)")
    }
}
