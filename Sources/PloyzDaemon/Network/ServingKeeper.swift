import Foundation
import Logging
import PloyzIngress
import PloyzMigration
import PloyzModel

/// Makes names and published ports of this machine what the records say, at every change of a service or an instance.
actor ServingKeeper {
    /// Least time between two changes of the ingress: each reload leaves a worker behind until its connections end.
    private static let pause = Duration.seconds(1)

    private let names: NamesKeeper
    private let ingress: IngressKeeper
    private let timekeeper: any Timekeeper
    private let logger: Logger
    private var index = ServiceIndex()
    /// Records that cannot be read, by key.
    private var unreadable: [StoreKey: ServingProblem] = [:]
    /// Changes that the ingress has not got yet.
    private var waiting: [ServiceRef: ServiceChange] = [:]

    init(names: NamesKeeper, ingress: IngressKeeper, timekeeper: any Timekeeper, logger: Logger) {
        self.names = names
        self.ingress = ingress
        self.timekeeper = timekeeper
        self.logger = logger
    }

    /// What is not served on this machine, and why.
    var problems: [ServingProblem] {
        get async { await names.problems + ingress.problems + unreadable.values.sorted() }
    }

    /// What the ingress has counted; nil where none runs.
    var counters: IngressCounters? { get async { await ingress.counters() } }

    /// Follows the records until the task is cancelled. Names never wait for the ingress, whose reloads take longer.
    func follow(_ mirror: ClusterMirror) async {
        let reader = mirror.reader(under: [.services, .instances])
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask { await self.feedIngress(signals) }
            var isFirst = true
            for await _ in mirror.changes() where mirror.isRead {
                let changes = learn(reader.take())
                guard isFirst || !changes.isEmpty else { continue }
                isFirst = false
                for change in changes { waiting[change.ref] = change }
                // The ingress comes second: its part grows with the cluster, and would take the processor from the names.
                await attempt("names") { try await self.names.update(changes) }
                signal.yield()
            }
            signal.finish()
        }
    }

    /// Brings back what died; neither waits for the other to be well.
    func repair() async {
        await attempt("names") { try await self.names.repair() }
        await attempt("ingress") { try await self.ingress.repair() }
    }

    private func feedIngress(_ signals: AsyncStream<Void>) async {
        for await _ in signals {
            let changes = Array(waiting.values)
            waiting = [:]
            await attempt("ingress") { try await self.ingress.update(changes) }
            try? await timekeeper.sleep(for: Self.pause)
        }
    }

    private func attempt(_ part: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.error("Services cannot be served", metadata: ["part": "\(part)", "error": "\(error)"])
        }
    }

    private func learn(_ changes: [StoreKey: Data?]) -> [ServiceChange] {
        var touched: Set<ServiceRef> = []
        for (key, value) in changes {
            do {
                if let service = try learn(key, value) { touched.insert(service) }
                unreadable[key] = nil
            } catch {
                unreadable[key] = ServingProblem("the record \(key)", "it cannot be read")
                // What it said before is not what it says now.
                if value != nil, let service = try? learn(key, nil) { touched.insert(service) }
            }
        }
        return touched.map { ServiceChange(ref: $0, view: index.view(of: $0)) }
    }

    /// The service that the record belongs to, if what is served of it changed.
    private func learn(_ key: StoreKey, _ value: Data?) throws -> ServiceRef? {
        if key.text.hasPrefix(StoreKey.services.text) {
            let ref = try ServiceRef(String(key.text.dropFirst(StoreKey.services.text.count)))
            let record = try value.map { try JSON.decode(ServiceRecord.self, from: $0) }
            return index.put(record?.spec, of: ref) ? ref : nil
        }
        let ref = try InstanceRef(String(key.text.dropFirst(StoreKey.instances.text.count)))
        let record = try value.map { try JSON.decode(InstanceRecord.self, from: $0) }
        return index.put(record?.address, of: ref) ? ref.service : nil
    }
}
