import Foundation
import LabScenarios

/// Moves a service around a circle while clients everywhere talk to it, and counts what they notice.
@main
struct PloyzTraffic {
    static func main() async {
        do {
            let options = try TrafficOptions(Array(CommandLine.arguments.dropFirst()))
            let checkout = URL(filePath: FileManager.default.currentDirectoryPath)
            let lab = try await Lab.up(name: options.lab, machines: Traffic.machines.count, checkout: checkout)
            let outcome = await result { try await run(lab, options) }
            if (try? outcome.get()) != true { try? await lab.saveLogs(of: Traffic.machines) }
            if !options.keeps { try await lab.down() }
            exit(try outcome.get() ? 0 : 1)
        } catch {
            FileHandle.standardError.write(Data("traffic: \(error)\n".utf8))
            exit(error is TrafficOptions.Misuse ? 2 : 1)
        }
    }

    private static func run(_ lab: Lab, _ options: TrafficOptions) async throws -> Bool {
        let traffic = try await Traffic.deploy(in: lab)
        var number = 0
        func next() -> Int {
            number += 1
            return number
        }
        var violations: [String] = []
        var controls: [TrafficRound] = []
        for _ in 0..<options.controls { controls.append(try await traffic.restart(next(), on: "m1")) }
        let control = TrafficTable(controls, controls: controls, points: traffic.points)
        print("\n\(controls.count) times 'docker restart' behind the same parking, the control:\n\n\(control)\n")

        let circle = Traffic.machines
        var rounds: [TrafficRound] = []
        for index in 0..<options.moves {
            let (source, target) = (circle[index % circle.count], circle[(index + 1) % circle.count])
            rounds.append(try await traffic.move(next(), from: source, to: target))
            let waits = rounds[index].views.filter { $0.key.mayNotFail }.values.map(\.longestWait)
            let longest = Int(waits.max() ?? 0)
            print("\(rounds[index].what): downtime \(rounds[index].milliseconds) ms, longest wait \(longest) ms")
            for (point, wait) in TrafficTable.beyond(rounds[index], controls: controls) {
                print("    beyond the bound: \(point.name), \(Int(wait)) ms")
            }
        }
        let moved = TrafficTable(rounds, controls: controls, points: traffic.points)
        print("\n\(rounds.count) moves:\n\n\(moved)\n")
        violations += moved.violations(allowed: max(1, options.moves / 20))

        let place = circle[options.moves % circle.count]
        let other = circle[(options.moves + 1) % circle.count]
        var returns: [TrafficRound] = []
        for _ in 0..<options.failures {
            returns.append(try await traffic.cancelledMove(next(), from: place, to: other))
        }
        let returned = TrafficTable(returns, controls: controls, points: traffic.points)
        if !returns.isEmpty {
            print("\(returns.count) moves that were cancelled after the stop and went back:\n\n\(returned)\n")
        }
        violations += returned.violations(allowed: returns.count)

        if options.flood > 0 {
            let third = circle.first { $0 != place && $0 != other } ?? place
            let alone = try await traffic.crowd(next(), rate: options.flood, on: third)
            print(
                "open loop without a move: \(alone.attempts) connections, "
                    + "\(alone.failedConnects + alone.failedRequests) failed, longest wait \(Int(alone.longestWait)) ms"
            )
            let round = try await traffic.move(next(), from: place, to: other, flood: options.flood)
            let seen = TrafficTable([round], controls: controls, points: traffic.points)
            print("once with \(options.flood) new connections a second more:\n\n\(seen)\n")
            if let crowd = round.flood {
                let failed = crowd.failedConnects + crowd.failedRequests
                print(
                    "open loop: \(crowd.attempts) connections, \(failed) failed, \(crowd.held) held, longest wait "
                        + "\(Int(crowd.longestWait)) ms, downtime \(round.milliseconds) ms\n"
                )
                if failed > 0 { violations.append("open loop: \(failed) failed: \(crowd.errors)") }
            }
            violations += seen.violations(allowed: 1)
        }
        // A machine that was cut off: from m2, wherever the shop is.
        if try await traffic.place() != "m2" { _ = try await traffic.move(next(), from: traffic.place(), to: "m2") }
        let stale = try await traffic.staleMachine(next())
        print(
            "m3 cut off from the store during a move from m2: \(stale.askedWhileCutOff) requests while cut off, "
                + "\(stale.answeredWhileCutOff) answered; healed, followed after \(Int(stale.caughtUp)) ms; then "
                + "\(stale.answeredAfterwards) answered, \(stale.strayPackets) packets to the old place\n"
        )
        violations += stale.violations
        for violation in violations { print("VIOLATED: \(violation)") }
        return violations.isEmpty
    }

    private static func result<Value: Sendable>(
        _ body: @Sendable () async throws -> Value
    ) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

extension TrafficRound {
    fileprivate var milliseconds: Int { Int((downtime / .milliseconds(1)).rounded()) }
}
