import Foundation

/// Moves two services around a circle of three machines for a long time, and looks at what that costs and leaves behind.
package struct Soak: Sendable {
    package static let machines = ["m1", "m2", "m3"]

    /// After so many moves everything is where it was: both services have been around the circle, three times. Samples are
    /// taken then and only then, so that they compare.
    package static let round = 3 * 2 * machines.count

    /// Moves that never count: of each service 20 migrations are kept, so that the store grows until then.
    package static let warmUp = 3 * round

    /// How long nothing happens before a sample: daemons close connections that nobody has used for 60 s, and give free
    /// memory back every 15 s.
    package static let rest = Duration.seconds(80)

    let lab: Lab
    let rest: Duration

    package static func deploy(in lab: Lab, rest: Duration) async throws -> Soak {
        try await SoakShop.deploy(in: lab, on: machines[0])
        return Soak(lab: lab, rest: rest)
    }

    /// Makes the moves, in whole rounds; `report` gets each sample as it is taken, the first before any move.
    package func run(moves: Int, report: (SoakSample) -> Void) async throws -> [SoakSample] {
        var samples = [try await sample(after: 0)]
        report(samples[0])
        var made = 0
        while made < moves {
            let (source, target) = leg(made)
            let service = made.isMultiple(of: 2) ? SoakShop.stateful : SoakShop.stateless
            try await move(service, from: source, to: target)
            made += 1
            guard made.isMultiple(of: Self.round) else { continue }
            samples.append(try await sample(after: made))
            report(samples[samples.count - 1])
        }
        return samples
    }

    /// On a busy host Docker fails a start now and then: the move goes back, which must leave nothing behind either, and is
    /// made again.
    private func move(_ service: String, from source: String, to target: String) async throws {
        for tries in 1... {
            do {
                try await lab.move(service, to: target, asking: source)
                return
            } catch let failure as ScenarioFailure where tries < 3 {
                print("\(service) to \(target), made again: \(failure)")
            }
        }
    }

    /// Each service in turn goes on to the next machine.
    private func leg(_ move: Int) -> (source: String, target: String) {
        let step = move / 2
        return (Self.machines[step % 3], Self.machines[(step + 1) % 3])
    }

    private func sample(after moves: Int) async throws -> SoakSample {
        try await untilQuiet()
        let machines = try await withThrowingTaskGroup(of: (String, [String: Double]).self) { group in
            for machine in Self.machines {
                group.addTask { (machine, try await MachineGauge(lab: lab, machine: machine).read()) }
            }
            return try await group.reduce(into: [String: [String: Double]]()) { $0[$1.0] = $1.1 }
        }
        let store = try await StoreGauge(lab: lab, machine: Self.machines[0]).read()
        return SoakSample(moves: moves, values: machines.merging([StoreGauge.subject: store]) { first, _ in first })
    }

    /// Waits until nobody has anything left to do: journals are empty, and so they were a moment ago. Then rests.
    private func untilQuiet() async throws {
        var quiet = 0
        try await lab.wait(for: "an end of all that moves bring with them", within: 60) {
            for machine in Self.machines {
                let journal = try await lab.run(machine, ["ls", "/var/lib/ployz/journal"]).succeeded().text
                guard journal.isEmpty else {
                    quiet = 0
                    return false
                }
            }
            quiet += 1
            return quiet >= 5
        }
        try await Task.sleep(for: rest)
    }
}
