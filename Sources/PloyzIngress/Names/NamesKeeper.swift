import Foundation
import Logging
import PloyzModel
package import PloyzSupervisor
import PloyzSystem

/// Keeps the services' names served on this machine: one file a service, and a dnsmasq that outlives the daemon.
package actor NamesKeeper {
    /// With more changes at once dnsmasq may have lost some of what it is told: the kernel keeps 16,384 events.
    private static let manyChanges = 1000

    private let server: NamesServer
    private let user: String
    private let supervisor: any Supervisor
    private let run: ProgramRun
    private let turns = Turns()
    private var files: [String: String] = [:]
    /// Whether all services have been taken in.
    private var isFilled = false
    /// Whether the directory is known to hold the right bytes.
    private var isCompared = false
    private var isChecked = false
    private var problem: ServingProblem?

    package init(server: NamesServer, user: String? = nil, supervisor: any Supervisor, run: @escaping ProgramRun) {
        self.server = server
        self.user = user ?? NamesServer.user
        self.supervisor = supervisor
        self.run = run
    }

    /// Why names are not served here, if they are not.
    package var problems: [ServingProblem] { [problem].compactMap(\.self) }

    /// Takes changed services in; the first call must have all of them.
    package func update(_ changes: [ServiceChange]) async throws {
        try await turns.run { try await self.apply(changes) }
    }

    /// Starts a dnsmasq that died, and puts files back that are gone. Does nothing before the first update.
    package func repair() async throws {
        try await turns.run {
            guard await self.isFilled else { return }
            try await self.write([])
            try await self.serve()
        }
    }

    private func apply(_ changes: [ServiceChange]) async throws {
        for change in changes { files[NamesFile.name(change.ref)] = change.view.map(NamesFile.text) }
        isFilled = true
        try await write(changes.map { NamesFile.name($0.ref) })
        try await serve()
    }

    /// Writes the files of these names, and everything that is missing or strange in the directory where `names` is
    /// empty.
    private func write(_ names: [String]) async throws {
        let wasCompared = isCompared
        // Until all of it has succeeded, the next call compares everything.
        isCompared = false
        if !wasCompared || names.isEmpty {
            try GeneratedFile.makeDirectory(server.directory, mode: 0o755)
            try GeneratedFile.makeDirectory(drafts, mode: 0o700)
            let found = GeneratedFile.names(in: server.directory)
            for name in found where files[name] == nil { try write(name) }
            for name in files.keys where !wasCompared || !found.contains(name) { try write(name) }
        } else {
            for name in names { try write(name) }
        }
        isCompared = true
        if names.count > Self.manyChanges { try await reread() }
    }

    private func write(_ name: String) throws {
        let file = GeneratedFile("\(server.directory)/\(name)")
        guard let text = files[name] else { return try file.remove() }
        try file.write(text, draft: "\(drafts)/draft", mode: 0o644)
    }

    private func serve() async throws {
        guard FileManager.default.isExecutableFile(atPath: server.program) else {
            problem = ServingProblem("names", "\(server.program) is not there: apt-get install dnsmasq-base")
            return
        }
        let helper = try server.helper(user: user)
        do {
            if !isChecked {
                let answer = try await run(server.program, ["--test"] + helper.arguments)
                guard answer.status == 0 else {
                    throw PloyzError(.servingFailed, "dnsmasq refuses its options: \(answer.errors)")
                }
                isChecked = true
            }
            let adoption = try await supervisor.ensureRunning(helper)
            HelperLog(path: server.logFile).limit()
            if case .adopted = adoption { return problem = nil }
            // One that cannot have its port ends at once.
            try await Task.sleep(for: .milliseconds(200))
            guard case .running = try await supervisor.status(of: helper.name) else {
                throw PloyzError(.servingFailed, "dnsmasq ended as soon as it was started; see \(server.logFile)")
            }
            problem = nil
        } catch let error as PloyzError {
            problem = ServingProblem("names", error.message)
            throw error
        }
    }

    private func reread() async throws {
        guard case .running(_, let pid) = try await supervisor.status(of: try HelperName("dnsmasq")) else { return }
        kill(pid, SIGHUP)
    }

    private var drafts: String { server.directory + ".new" }
}
