import Foundation
import LabScenarios

/// Shows the main job on this host: three machines, a Redis with two volumes, five moves under writing clients.
@main
struct PloyzDemo {
    static func main() async {
        do {
            let ballast = Int(ProcessInfo.processInfo.environment["PLOYZ_DEMO_MIB"] ?? "") ?? 256
            print("Three machines with their own Docker, ZFS, WireGuard and ployzd …")
            let isRight = try await Lab.run(named: "demo", keeps: false) { try await run($0, ballast: ballast) }
            exit(isRight ? 0 : 1)
        } catch {
            FileHandle.standardError.write(Data("demo: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ lab: Lab, ballast: Int) async throws -> Bool {
        print(try await lab.ctl("m1", ["machine", "ls"]).succeeded().text)
        print("shop/redis with \(ballast) MiB of incompressible bytes, appendfsync always …")
        let shop = try await Shop.deploy(in: lab, on: "m1", ballast: ballast)
        print(try await lab.ctl("m1", ["service", "ls"]).succeeded().text)
        print(try await lab.ctl("m1", ["migrate", "preview", shop.service, "--to", "m2"]).succeeded().text)
        let circle = try await Circle.run(shop) { print("\(MoveSummary($0))\n") }
        for violation in circle.violations { print("VIOLATED: \(violation)") }
        if circle.violations.isEmpty {
            print(
                "\(circle.moves.count) moves, \(circle.moves.last?.ledger.acknowledged ?? 0) writes acknowledged, 0 lost"
            )
        }
        return circle.violations.isEmpty
    }
}
