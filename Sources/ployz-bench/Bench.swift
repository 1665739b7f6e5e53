import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel

/// All measurements, one lab after another, so that each begins on machines that do nothing else.
struct Bench {
    /// What the writer inside the workload changes each second, in KiB.
    private static let writing = 1024
    /// Between the starts of a client's attempts, in milliseconds: the resolution of every gap.
    static let interval = 2

    let options: BenchOptions
    let checkout: URL

    func run() async throws -> [Figure] {
        var figures: [Figure] = []
        var moves: [Move] = []
        for size in options.sizes {
            tell("\(size) MiB: \(options.moves) moves and as many restarts …")
            let taken = try await inLab { lab in try await measure(lab, size: size) }
            moves += taken.moves
            figures += taken.figures
        }
        tell("an empty volume …")
        let empty = try await inLab { lab in try await measureEmpty(lab) }
        moves += empty.moves
        figures += empty.figures
        return figures + Predictions(moves: moves).figures
    }

    private struct Taken: Sendable {
        var moves: [Move]
        var figures: [Figure]
    }

    private func measure(_ lab: Lab, size: Int) async throws -> Taken {
        let shop = try await Shop.deploy(in: lab, on: "m1", ballast: size, writing: Self.writing)
        let moves = try await perform(shop, clients: ["m1", "m3"])
        let here = moves.last?.to ?? "m1"
        let plain = try await PlainContainer.run(like: shop, on: "m1", writing: Self.writing)
        var restarts: [Double] = []
        for number in 1...options.moves {
            restarts.append(try await plain.restart(number, interval: Self.interval))
        }
        let gaps = moves.map(\.longestGap)
        tell("  moves \(texts(gaps)) ms, restarts \(texts(restarts)) ms")
        var figures = [
            Figure("\(size) MiB: longest gap of a migration, median", .milliseconds(gaps.median)),
            Figure("\(size) MiB: longest gap of a migration, worst", .milliseconds(gaps.max() ?? 0)),
            Figure("\(size) MiB: longest gap of docker restart, median", .milliseconds(restarts.median)),
            Figure("\(size) MiB: migration / docker restart", .ratio(gaps.median, restarts.median)),
            Figure("\(size) MiB: failed requests over all moves", .count(moves.map(\.failures).reduce(0, +))),
        ]
        // Small volumes are over before a stream is under way.
        if size >= 256, let first = moves.first?.report.operation {
            let ours = try await PreCopy.throughput(of: first, volume: "blob", in: lab, asking: here)
            let raw = try await RawStream(lab: lab, from: "m1", to: "m2").throughput(of: "tank/ployz/shop/blob")
            figures += [
                Figure("\(size) MiB: first copy by migrate", .mebibytesPerSecond(ours)),
                Figure("\(size) MiB: zfs send | socat | zfs receive", .mebibytesPerSecond(raw)),
                Figure("\(size) MiB: migrate / socat", .ratio(ours, raw)),
            ]
        }
        return Taken(moves: moves, figures: figures)
    }

    private func measureEmpty(_ lab: Lab) async throws -> Taken {
        let shop = try await Shop.deploy(in: lab, on: "m1", ballast: 0)
        let moves = try await perform(shop, clients: ["m3"])
        // The first sends the image too.
        let times = moves.dropFirst().compactMap { $0.report.totalTime?.milliseconds }
        let plain = try await PlainContainer.run(like: shop, on: "m1", writing: 0)
        var restarts: [Double] = []
        for _ in 1...options.moves { restarts.append(try await plain.stopAndStart()) }
        tell("  moves \(texts(times)) ms, stop and start \(texts(restarts)) ms")
        return Taken(
            moves: moves,
            figures: [
                Figure("empty volume: migration, wall time, median", .milliseconds(times.median)),
                Figure("empty volume: docker stop and start, wall time, median", .milliseconds(restarts.median)),
                Figure("empty volume: migration / stop and start", .ratio(times.median, restarts.median)),
            ]
        )
    }

    /// Moves the service from m1 to m2 and back, again and again, under clients.
    private func perform(_ shop: Shop, clients: [String]) async throws -> [Move] {
        var moves: [Move] = []
        var ledgers: [URL] = []
        for number in 1...options.moves {
            let (from, to) = number.isMultiple(of: 2) ? ("m2", "m1") : ("m1", "m2")
            let move = try await Move.perform(
                shop,
                number: number,
                from: from,
                to: to,
                machines: clients,
                interval: Self.interval,
                ledgers: &ledgers
            )
            guard move.ledger.lost == 0 else { throw ScenarioFailure("\(move.ledger.lost) writes are lost") }
            moves.append(move)
        }
        return moves
    }

    private func inLab(_ body: (Lab) async throws -> Taken) async throws -> Taken {
        let lab = try await Lab.up(name: "bench", machines: 3, checkout: checkout, poolSize: "16G")
        do {
            let taken = try await body(lab)
            try await lab.down()
            return taken
        } catch {
            try await lab.down()
            throw error
        }
    }

    private func tell(_ text: String) { print(text) }

    private func texts(_ values: [Double]) -> String { values.map { "\(Int($0))" }.joined(separator: " ") }
}

extension Move {
    /// Requests of all clients that failed.
    var failures: Int { clients.map { $0.report.failedConnects + $0.report.failedRequests }.reduce(0, +) }
}

extension Microseconds {
    var milliseconds: Double { Double(count) / 1000 }
}
