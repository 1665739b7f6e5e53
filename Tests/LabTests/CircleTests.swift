import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// The demo's claims, with half of its data.
    @Suite(.lab("circle", machines: 3))
    struct CircleTests {
        @Test("A Redis moves there, back and around a circle under writing clients, and loses nothing")
        func circle() async throws {
            let lab = try lab()
            let shop = try await Shop.deploy(in: lab, on: "m1", ballast: 128)
            let circle = try await Circle.run(shop) { print("\(MoveSummary($0))") }
            #expect(circle.violations.isEmpty)
            for move in circle.moves {
                #expect(move.report.outcome == .migrated, "\(move.report.message)")
                #expect(move.report.exitStatus == 0)
                #expect(move.report.pending.isEmpty)
                let told = Set(move.report.parts.filter { $0.measured != nil }.map(\.part))
                #expect(told == [.stop, .fence, .delta, .start, .readiness, .commit, .switch])
                #expect(move.preview.downtime.count == 7)
            }
            // Once for its deployment on m1, and once for each arrival.
            for (machine, count) in [("m1", 3), ("m2", 2), ("m3", 1)] {
                let starts = try await OurContainers.starts(of: shop.service, lab, machine, role: "workload")
                #expect(starts.count == count, "on \(machine): \(starts)")
            }
            try await theSameMigrationTwiceIsOne(shop)
            try await renderedManifestDoesWhatApplyDoes(shop)
            try await cancelledFromAnyMachine(shop)
        }

        /// Cancelled in its pre-copy on a third machine: the workload never stopped, and what arrived is kept.
        private func cancelledFromAnyMachine(_ shop: Shop) async throws {
            let lab = shop.lab
            let before = try #require(try await lab.instances(of: shop.service).first)
            let here = before.machine.name.text
            let target = here == "m1" ? "m2" : "m1"
            let more = "/var/lib/ployz/volumes/shop/blob/data/more"
            try await lab.run(here, ["dd", "if=/dev/urandom", "of=\(more)", "bs=1M", "count=192"]).succeeded()
            let apply = ["migrate", "apply", shop.service, "--to", target, "--detach"]
            let start = try await lab.document(MigrationStart.self, "m3", apply)
            let operation = try #require(start.operation)
            let cancel = ["migrate", "cancel", "\(operation)"]
            let cancelled = try await lab.document(MigrationCancellation.self, "m3", cancel)
            #expect(cancelled.outcome == .cancelled)
            #expect(cancelled.downtime == nil)
            #expect(try await lab.instances(of: shop.service).first?.machine == before.machine)
            // Again: it has ended, and that is what was asked for.
            #expect(try await lab.document(MigrationCancellation.self, here, cancel) == cancelled)
            let moved = try await lab.move(shop.service, to: target)
            let late = try await lab.ctl("m3", ["migrate", "cancel", "\(try #require(moved.operation))"])
            expect(late, status: 3, code: "too-late", ["migrate apply", "--to \(here)"])
        }

        /// A second command finds the first's operation, says so, and both end alike.
        private func theSameMigrationTwiceIsOne(_ shop: Shop) async throws {
            let lab = shop.lab
            let here = try #require(try await lab.instances(of: shop.service).first).machine.name.text
            let target = try #require(Circle.machines.last { $0 != here })
            // New bytes, so that the move is not over before the second command is given.
            let more = "/var/lib/ployz/volumes/shop/blob/data/more"
            try await lab.run(here, ["dd", "if=/dev/urandom", "of=\(more)", "bs=1M", "count=96"]).succeeded()
            let apply = ["migrate", "apply", shop.service, "--to", target]
            let first = try await lab.document(MigrationStart.self, "m1", apply + ["--detach"])
            let second = try await lab.document(MigrationStart.self, "m2", apply + ["--detach"])
            #expect(first.outcome == .started)
            #expect(second.outcome == .attached)
            #expect(second.operation == first.operation)
            let operation = try #require(first.operation)
            let attached = try await lab.ctl("m3", apply)
            #expect(attached.status == 0, "\(attached.errorText)")
            #expect((attached.text + attached.errorText).contains("already"))
            let watched = try await lab.ctl("m3", ["migrate", "watch", "\(operation)", "--json"]).succeeded()
            #expect(try watched.notices().last?.report?.outcome == .migrated)
            let list = try await lab.document(MigrationList.self, "m1", ["migrate", "ls"])
            #expect(list.migrations.filter { $0.operation == operation }.count == 1)
            #expect(list.migrations.allSatisfy { $0.outcome != nil })
        }

        /// `render-manifest | deploy` makes the same move as `apply`; and once it is made, the document is stale.
        private func renderedManifestDoesWhatApplyDoes(_ shop: Shop) async throws {
            let lab = shop.lab
            let here = try #require(try await lab.instances(of: shop.service).first)
            let target = here.machine.name.text == "m1" ? "m2" : "m1"
            let rendered = try await lab.ctl("m3", ["migrate", "render-manifest", shop.service, "--to", target])
                .succeeded().output
            let deploy = ["deploy", "-f", "-", "--format", "toml"]
            let moved = try await lab.ctl("m3", deploy + ["--json"], input: rendered).succeeded()
            let report = try #require(try moved.notices().last?.report)
            #expect(report.outcome == .migrated)
            #expect(report.to?.name.text == target)
            #expect(report.address == here.address)
            let again = try await lab.move(shop.service, to: here.machine.name.text)
            #expect(again.parts.map(\.part) == report.parts.map(\.part))
            #expect(again.volumes.map(\.volume) == report.volumes.map(\.volume))
            #expect(again.address == report.address)

            let before = try await Traces.settled(lab)
            let stale = try await lab.ctl("m3", deploy, input: rendered)
            expect(stale, status: 3, code: "stale-manifest", ["generation", "render-manifest"])
            let changes = try await Traces.of(lab).changes(since: before)
            #expect(changes.isEmpty, "\(changes)")
        }
    }
}
