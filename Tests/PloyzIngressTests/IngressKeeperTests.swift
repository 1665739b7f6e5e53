import Foundation
import PloyzModel
import Synchronization
import Testing

@testable import PloyzIngress

@Suite struct IngressKeeperTests {
    private let proxy = FakeProxy()
    private let directory = IngressDirectory(
        FileManager.default.temporaryDirectory.appending(path: "ingress-\(UUID())").path
    )

    private func keeper() -> IngressKeeper {
        let proxy = proxy
        return IngressKeeper(
            settings: IngressSettings(),
            directory: directory,
            path: "/usr/sbin/haproxy",
            program: proxy,
            foreign: { ports in ports.filter { proxy.state.withLock(\.foreign).contains($0.port) } }
        )
    }

    private var files: [String] {
        GeneratedFile.names(in: directory.configuration).sorted()
    }

    private func file(_ service: String) throws -> String { IngressShard(try ServiceRef(service)).file }

    private func removeFiles() { try? FileManager.default.removeItem(atPath: directory.path) }

    @Test func aChangeIsLoadedOnceAndNoChangeNever() async throws {
        defer { removeFiles() }
        let keeper = keeper()
        try await keeper.repair()
        #expect(proxy.loads == 0)
        let web = try Fixtures.view("shop/web", routes: [HTTPRoute(host: "h", port: 80)])
        try await keeper.update([Fixtures.change(web)])
        #expect(proxy.loads == 1)
        #expect(try files == ["00-global.cfg", "01-http.cfg", file("shop/web")])
        #expect(try String(contentsOfFile: directory.routes, encoding: .utf8) == "h/ shop.web.http.80\n")
        try await keeper.update([Fixtures.change(web)])
        try await keeper.repair()
        #expect(proxy.loads == 1)
        try await keeper.update([Fixtures.change(try Fixtures.view("shop/db", ports: [9000: 1]))])
        #expect(proxy.loads == 2)
    }

    @Test func aNewDaemonAdoptsWhatRunsAndRemovesStrangeFiles() async throws {
        defer { removeFiles() }
        let views = [try Fixtures.view("shop/web", ports: [9000: 1]), try Fixtures.view("shop/db", ports: [9001: 1])]
        try await keeper().update(views.map(Fixtures.change))
        try "x".write(toFile: directory.configuration + "/10-old.cfg", atomically: true, encoding: .utf8)
        try await keeper().update(views.reversed().map(Fixtures.change))
        #expect(proxy.loads == 1)
        #expect(try files == ["00-global.cfg", file("shop/db"), file("shop/web")].sorted())
        try await keeper().update([Fixtures.change(views[0])])
        #expect(proxy.loads == 2)
        #expect(try files == ["00-global.cfg", file("shop/web")])
    }

    @Test func aProxyThatDiedIsStartedAndOneThatHasNothingToDoIsStopped() async throws {
        defer { removeFiles() }
        let keeper = keeper()
        let web = try Fixtures.view("shop/web", ports: [9000: 1])
        try await keeper.update([Fixtures.change(web)])
        proxy.state.withLock { $0.running = nil }
        try await keeper.repair()
        #expect(proxy.loads == 2)
        try await keeper.update([ServiceChange(ref: web.ref, view: nil)])
        #expect(proxy.state.withLock(\.running) == nil)
        #expect(proxy.loads == 2)
    }

    @Test func whatTheCheckerRefusesCostsItsService() async throws {
        defer { removeFiles() }
        proxy.state.withLock { $0.refused = "listen shop.web." }
        let keeper = keeper()
        let web = try Fixtures.view("shop/web", ports: [9000: 1])
        try await keeper.update([Fixtures.change(web), Fixtures.change(try Fixtures.view("shop/db", ports: [9001: 1]))])
        #expect(await keeper.problems.map(\.subject) == ["shop/web"])
        #expect(try files == ["00-global.cfg", file("shop/db")])
        #expect(proxy.loads == 1)
    }

    @Test func aRefusalThatNamesNoServiceChangesNothingThatRuns() async throws {
        defer { removeFiles() }
        let keeper = keeper()
        try await keeper.update([Fixtures.change(try Fixtures.view("shop/web", ports: [9000: 1]))])
        proxy.state.withLock { $0.refused = "description" }
        let db = try Fixtures.view("shop/db", ports: [9001: 1])
        await #expect(throws: PloyzError.self) { try await keeper.update([Fixtures.change(db)]) }
        #expect(proxy.loads == 1)
        #expect(await keeper.problems.map(\.subject) == ["published ports"])
        proxy.state.withLock { $0.refused = nil }
        try await keeper.repair()
        #expect(proxy.loads == 2)
        #expect(await keeper.problems.isEmpty)
    }

    @Test func aPortOfAnotherProgramIsLeftOutUntilItIsFree() async throws {
        defer { removeFiles() }
        proxy.state.withLock { $0.foreign = [9000] }
        let keeper = keeper()
        let web = try Fixtures.view("shop/web", ports: [9000: 1, 9001: 1])
        try await keeper.update([Fixtures.change(web)])
        #expect(await keeper.problems.count == 1)
        #expect(proxy.loads == 1)
        proxy.state.withLock { $0.foreign = [] }
        try await keeper.repair()
        #expect(proxy.loads == 2)
        #expect(await keeper.problems.isEmpty)
    }

    @Test func aMissingProgramIsAProblemOnlyWhereItIsNeeded() async throws {
        defer { removeFiles() }
        proxy.state.withLock { $0.isInstalled = false }
        let keeper = keeper()
        try await keeper.update([Fixtures.change(try Fixtures.view("shop/db"))])
        #expect(await keeper.problems.isEmpty)
        try await keeper.update([Fixtures.change(try Fixtures.view("shop/web", ports: [9000: 1]))])
        #expect(await keeper.problems.map(\.subject) == ["published ports"])
        proxy.state.withLock { $0.isInstalled = true }
        try await keeper.repair()
        #expect(proxy.loads == 1)
        #expect(await keeper.problems.isEmpty)
    }
}

/// A proxy that has no sockets.
private final class FakeProxy: IngressProgram {
    struct State {
        var isInstalled = true
        var running: String?
        var loads = 0
        /// What the checker refuses in a line.
        var refused: String?
        var foreign: Set<Int> = []
    }

    let state = Mutex(State())

    var loads: Int { state.withLock(\.loads) }
    var isInstalled: Bool { state.withLock(\.isInstalled) }

    func loaded() async throws -> String? { state.withLock(\.running) }

    func check(_ directory: IngressDirectory) async throws -> HAProxyComplaint? {
        guard let refused = state.withLock(\.refused) else { return nil }
        var complaints = ""
        for name in GeneratedFile.names(in: directory.configuration) {
            let text = try String(contentsOfFile: "\(directory.configuration)/\(name)", encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.contains(refused) {
                complaints += "[ALERT] (1) : parsing [/d/\(name):\(index + 1)] : no\n"
            }
        }
        return complaints.isEmpty ? nil : HAProxyComplaint(complaints)
    }

    func load(_ digest: String) async throws -> HAProxyComplaint? {
        state.withLock {
            $0.loads += 1
            $0.running = digest
        }
        return nil
    }

    func stop() async throws { state.withLock { $0.running = nil } }

    func counters() async -> IngressCounters? { nil }
}
