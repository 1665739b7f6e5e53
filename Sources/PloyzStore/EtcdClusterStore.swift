import AsyncHTTPClient
package import Foundation
package import Logging
import NIOCore
package import PloyzMigration
import PloyzModel

/// The cluster store over etcd 3.4 and later, by its HTTP/JSON gateway with mutual TLS.
///
/// Reads are linearizable: etcd's default. Connections are kept, so that a commit costs no handshake.
package struct EtcdClusterStore: ClusterStore {
    /// The most bytes of one message of a watch. A member cuts messages at `--max-request-bytes` (1.5 MiB), and base64
    /// adds a third.
    static let maximumWatchLine = 8 << 20
    /// The most batches of changes that wait for the watch's reader.
    static let maximumPendingBatches = 4096
    /// The most entries of one answer to a list: each answer must come within the time of one call, on a slow link too.
    package static let page = 200
    /// The most entries of a list.
    static let maximumEntries = 1_000_000

    let gateway: EtcdGateway

    /// - Throws: ``PloyzError`` when the credentials cannot be read.
    package init(
        endpoints: [StoreEndpoint],
        credentials: StoreCredentials,
        limits: StoreLimits = StoreLimits(),
        logger: Logger
    ) throws {
        gateway = try EtcdGateway(endpoints: endpoints, credentials: credentials, limits: limits, logger: logger)
    }

    /// Closes every connection. Must be called before the last copy of the store is dropped.
    package func shutDown() async throws { try await gateway.shutDown() }

    /// Goes on with other members: after a promotion, or when the machines are known better.
    package func replaceEndpoints(_ endpoints: [StoreEndpoint]) { gateway.replaceEndpoints(endpoints) }

    /// What each endpoint's member says of itself: healthy when it has a leader and can commit.
    package func health() async -> [StoreHealth] {
        await withTaskGroup(of: StoreHealth.self) { group in
            let endpoints = gateway.allEndpoints
            for endpoint in endpoints {
                group.addTask {
                    do {
                        let isHealthy = try await gateway.health(of: endpoint)
                        return StoreHealth(endpoint: endpoint, problem: isHealthy ? nil : "the member has no leader")
                    } catch {
                        return StoreHealth(endpoint: endpoint, problem: "\(error)")
                    }
                }
            }
            let answers = await group.reduce(into: [:]) { $0[$1.endpoint] = $1 }
            return endpoints.compactMap { answers[$0] }
        }
    }

    /// Waits until a member answers that it can commit.
    ///
    /// - Throws: ``PloyzError`` `store-unreachable` with what the members said last when `limit` has passed.
    package func waitUntilHealthy(within limit: Duration, by clock: some Timekeeper) async throws {
        let end = clock.now + limit
        while true {
            let answers = await health()
            if answers.contains(where: \.isHealthy) { return }
            guard clock.now < end else {
                throw StoreFailure.unreachable(answers.map { "\($0.endpoint): \($0.problem ?? "healthy")" })
            }
            try await clock.sleep(for: .milliseconds(50))
        }
    }

    package func get(_ key: StoreKey) async throws -> Data? {
        let request = EtcdRangeRequest(key: key.bytes, range_end: nil)
        let response = try await gateway.read("/v3/kv/range", request, as: EtcdRangeResponse.self)
        return response.kvs?.first.map { $0.value ?? Data() }
    }

    package func list(_ prefix: StoreKey) async throws -> StoreListing {
        var entries: [StoreEntry] = []
        var request = EtcdRangeRequest(
            key: prefix.bytes,
            range_end: prefix.prefixEnd,
            limit: Int64Text(Int64(Self.page))
        )
        while true {
            let response = try await gateway.read("/v3/kv/range", request, as: EtcdRangeResponse.self)
            entries += try (response.kvs ?? []).map { try $0.entry }
            // All pages are of the revision of the first, so together they are one picture.
            let revision = request.revision ?? response.header.revision
            guard response.more == true, let last = response.kvs?.last else {
                return StoreListing(
                    entries: entries,
                    revision: revision?.value ?? 0,
                    lineage: response.header.cluster_id
                )
            }
            guard entries.count < Self.maximumEntries else {
                throw PloyzError(.storeRefused, "there are more than \(Self.maximumEntries) entries under \(prefix)")
            }
            // The least key that comes after the last one.
            request = EtcdRangeRequest(
                key: last.key + [0],
                range_end: request.range_end,
                limit: request.limit,
                revision: revision
            )
        }
    }

    package func commit(_ transaction: StoreTransaction) async throws -> Bool {
        try transaction.checkBounds()
        let response = try await gateway.write(
            "/v3/kv/txn",
            EtcdTransactionRequest(transaction),
            as: EtcdTransactionResponse.self
        )
        return response.succeeded ?? false
    }

    package func watch(_ prefix: StoreKey, after revision: Int64) -> AsyncThrowingStream<[StoreChange], any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingOldest(Self.maximumPendingBatches)) { continuation in
            // Not structured, for a stream has no scope of its own: the task lives as long as its reader.
            let task = Task {
                do {
                    try await follow(prefix, after: revision) { changes in
                        if case .dropped = continuation.yield(changes) {
                            throw StoreFailure.unreachable(["the watch's reader fell behind"])
                        }
                    }
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Calls `deliver` with each batch of changes; returns only by throwing.
    private func follow(
        _ prefix: StoreKey,
        after revision: Int64,
        deliver: @escaping @Sendable ([StoreChange]) throws -> Void
    ) async throws {
        let request = EtcdWatchRequest(
            create_request: .init(
                key: prefix.bytes,
                range_end: prefix.prefixEnd,
                start_revision: Int64Text(revision + 1)
            )
        )
        let (endpoint, response) = try await gateway.stream("/v3/watch", request)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.read(response, after: revision, deliver: deliver) }
            // A member that has lost its power says nothing, and a silent watch looks like one without changes.
            group.addTask {
                await gateway.waitUntilLeft(endpoint)
                try Task.checkCancellation()
                throw StoreFailure.unreachable(["\(endpoint) was given up"])
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func read(
        _ response: HTTPClientResponse,
        after revision: Int64,
        deliver: ([StoreChange]) throws -> Void
    ) async throws {
        var splitter = LineSplitter(limit: maximumWatchLine)
        do {
            for try await chunk in response.body {
                for line in try splitter.append(chunk.readableBytesView) {
                    let message = try JSON.decode(EtcdWatchLine.self, from: line)
                    let changes = try message.changes(after: revision)
                    if !changes.isEmpty { try deliver(changes) }
                }
            }
        } catch let error as PloyzError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw StoreFailure.unreachable(["the watch was cut off: \(error)"])
        }
        throw StoreFailure.unreachable(["the watch was closed"])
    }
}
