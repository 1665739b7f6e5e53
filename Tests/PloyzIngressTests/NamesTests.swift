import Foundation
import PloyzModel
import PloyzSupervisor
import Testing

@testable import PloyzIngress

@Suite struct NamesTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "names-\(UUID())").path
    private let supervisor = InMemorySupervisor()

    private func keeper(program: String = "/bin/true") throws -> NamesKeeper {
        NamesKeeper(
            server: NamesServer(
                program: program,
                address: try IPv4Address("10.101.1.1"),
                directory: directory,
                logFile: directory + ".log"
            ),
            user: "nobody",
            supervisor: supervisor
        ) { _, _ in (0, "", "") }
    }

    private var files: [String: String] {
        var found: [String: String] = [:]
        for name in GeneratedFile.names(in: directory) {
            found[name] = try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        }
        return found
    }

    private func removeFiles() {
        for path in [directory, directory + ".new"] { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test func aNameLeadsToEveryInstance() throws {
        let view = try Fixtures.view("shop/web", addresses: ["10.101.1.2", "10.101.3.9"])
        #expect(NamesFile.name(view.ref) == "shop.web")
        #expect(
            NamesFile.text(view) == """
                10.101.1.2 web.shop.ployz.internal
                10.101.3.9 web.shop.ployz.internal

                """
        )
    }

    @Test func searchDomainsMakeTheShortNames() throws {
        let namespace = try NamespaceName("shop")
        let resolver = InternalNames.resolver(["10.101.1.1"], in: namespace)
        #expect(resolver == ["10.101.1.1", "shop.ployz.internal", "ployz.internal"])
        #expect(InternalNames.resolver([], in: namespace).isEmpty)
    }

    @Test func eachServiceHasAFileAndAStrangeOneGoes() async throws {
        defer { removeFiles() }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try "10.0.0.1 old\n".write(toFile: "\(directory)/gone.web", atomically: true, encoding: .utf8)
        let keeper = try keeper()
        try await keeper.repair()
        #expect(files.keys.sorted() == ["gone.web"], "nothing is known yet")
        let web = try Fixtures.view("shop/web")
        try await keeper.update([Fixtures.change(web), Fixtures.change(try Fixtures.view("shop/db"))])
        #expect(files.keys.sorted() == ["shop.db", "shop.web"])
        try await keeper.update([ServiceChange(ref: web.ref, view: nil)])
        #expect(files.keys.sorted() == ["shop.db"])
        try FileManager.default.removeItem(atPath: "\(directory)/shop.db")
        try await keeper.repair()
        #expect(files["shop.db"] == "10.101.1.2 db.shop.ployz.internal\n")
        #expect(await keeper.problems.isEmpty)
    }

    @Test func aServerThatRunsIsAdoptedAndADeadOneIsStarted() async throws {
        defer { removeFiles() }
        let name = try HelperName("dnsmasq")
        func pid() async throws -> Int32? {
            guard case .running(_, let pid) = try await supervisor.status(of: name) else { return nil }
            return pid
        }
        try await keeper().update([])
        let first = try await pid()
        #expect(first != nil)
        let second = try keeper()
        try await second.update([])
        #expect(try await pid() == first)
        await supervisor.crash(name)
        try await second.repair()
        #expect(try await pid() != nil)
        #expect(try await pid() != first)
    }

    @Test func aMissingProgramIsAProblemAndNoFailure() async throws {
        defer { removeFiles() }
        let keeper = try keeper(program: "/no/dnsmasq")
        try await keeper.update([Fixtures.change(try Fixtures.view("shop/web"))])
        #expect(
            await keeper.problems.map(\.description)
                == ["names: /no/dnsmasq is not there: apt-get install dnsmasq-base"]
        )
    }
}
