import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// What a wrong command gets. After each, every machine is as it was.
    @Suite(.lab("refusals", machines: 3))
    struct RefusalTests {
        @Test(
            "An unknown service or namespace is answered with the nearest names",
            arguments: ["kepp/keeper", "keep/kepper"]
        )
        func unknownService(name: String) async throws {
            try await keeper("keep")
            try await expectRefused(
                ["migrate", "apply", name, "--to", "m2"],
                code: "unknown-service",
                name,
                "did you mean",
                "keep/keeper"
            )
            try await expectRefused(
                ["migrate", "preview", name, "--to", "m2"],
                code: "unknown-service",
                "did you mean",
                on: "m2"
            )
        }

        @Test("An unknown machine is answered with the nearest names")
        func unknownMachine() async throws {
            try await keeper("keep")
            try await expectRefused(
                ["migrate", "apply", "keep/keeper", "--to", "m4"],
                code: "unknown-machine",
                "'m4'",
                "did you mean",
                "m2"
            )
        }

        @Test("A malformed reference is misuse", arguments: ["keep", "Keep/keeper", "keep/keeper/0", "/", "keep/../x"])
        func malformed(reference: String) async throws {
            try await expectRefused(
                ["migrate", "apply", reference, "--to", "m2"],
                status: 2,
                code: "usage",
                "service"
            )
        }

        @Test("A target that drains is refused")
        func draining() async throws {
            let lab = try lab()
            try await keeper("keep")
            try await lab.during(drain, activate) {
                try await expectRefused(
                    ["migrate", "apply", "keep/keeper", "--to", "m3"],
                    code: "target-draining",
                    "m3 is draining",
                    "machine activate m3"
                )
            }
        }

        @Test("A target that is cut off is refused")
        func cutOff() async throws {
            try await keeper("keep")
            try await lab().during(.lab("cut", "m3"), .lab("heal")) {
                try await expectRefused(
                    ["migrate", "apply", "keep/keeper", "--to", "m3"],
                    code: "target-unreachable",
                    "m3 does not answer"
                )
            }
            try await reachable("m3")
        }

        @Test("A target whose ployzd is dead is refused")
        func dead() async throws {
            try await keeper("keep")
            try await lab().during(.lab("kill", "m3", "ployzd"), .lab("start", "m3", "ployzd")) {
                try await expectRefused(
                    ["migrate", "apply", "keep/keeper", "--to", "m3"],
                    code: "target-unreachable",
                    "m3 does not answer"
                )
            }
            try await reachable("m3")
        }

        @Test("A target without ZFS is refused for a service with volumes")
        func withoutZFS() async throws {
            let lab = try lab()
            try await keeper("keep")
            let settings = "/etc/ployz/ployzd.toml"
            let without = Lab.Change.run("m3", "sed", "-i.saved", "/^zfs_root/d", settings)
            try await lab.during(without, .run("m3", "mv", "\(settings).saved", settings)) {
                try await restart("m3")
                try await expectRefused(
                    ["migrate", "apply", "keep/keeper", "--to", "m3"],
                    code: "target-without-zfs",
                    "m3 has no ZFS"
                )
            }
            try await restart("m3")
        }

        @Test("A target without room is refused with both numbers")
        func noRoom() async throws {
            let lab = try lab()
            try await keeper("keep")
            let bytes = "/var/lib/ployz/volumes/keep/data/data/bytes"
            try await lab.run("m1", ["dd", "if=/dev/urandom", "of=\(bytes)", "bs=1M", "count=48", "conv=fsync"])
                .succeeded()
            // A pool counts what was written when it is synchronized: a snapshot does that.
            for verb in ["snapshot", "destroy"] {
                try await lab.run("m1", ["zfs", verb, "tank/ployz/keep/data@counted"]).succeeded()
            }
            #expect(try await number("m1", "referenced", "tank/ployz/keep/data") > 48 << 20)
            let free = try await number("m2", "available", "tank")
            let fill = Lab.Change.run("m2", "zfs", "create", "-o", "reservation=\(free - 24 << 20)", "tank/filler")
            try await lab.during(fill, .run("m2", "zfs", "destroy", "tank/filler")) {
                let result = try await lab.ctl("m1", ["migrate", "preview", "keep/keeper", "--to", "m2"])
                #expect(result.errorText.matches(of: /[0-9.]+ [KMG]iB/).count >= 2, "\(result.errorText)")
                try await expectRefused(
                    ["migrate", "apply", "keep/keeper", "--to", "m2"],
                    code: "not-enough-space",
                    "the volumes need"
                )
            }
        }

        @Test("A published port on which something else listens on the target is refused")
        func portTaken() async throws {
            let lab = try lab()
            let manifest = Manifests.web(
                "port",
                image: try await lab.buildImage("web"),
                extra: "publish = [{ port = 8088, target = 80 }]"
            )
            // Before the ingress has the port there.
            let listener = try lab.start(
                "m2",
                ["busybox", "httpd", "-f", "-p", "8088", "-h", "/tmp"],
                output: lab.scratch.appending(path: "listener")
            )
            try await lab.wait(for: "the listener") {
                try await lab.run("m2", ["ss", "-lnt"]).text.contains(":8088")
            }
            try await lab.deploy(manifest, on: "m1")
            try await expectRefused(
                ["migrate", "apply", "port/web", "--to", "m2"],
                code: "port-taken",
                "8088/tcp of m2"
            )
            _ = try await listener.stop()
        }

        @Test("A foreign dataset of the volume's name on the target is refused and stays as it is")
        func foreignDataset() async throws {
            let lab = try lab()
            try await keeper("foreign")
            let dataset = "tank/ployz/foreign/data"
            let create = Lab.Change.run("m2", "zfs", "create", "-p", "-o", "mountpoint=/mnt/foreign", dataset)
            try await lab.during(create, .run("m2", "zfs", "destroy", "-r", "tank/ployz/foreign")) {
                let fill = ["dd", "if=/dev/urandom", "of=/mnt/foreign/bytes", "bs=64k", "count=16"]
                try await lab.run("m2", fill).succeeded()
                let before = try await lab.run("m2", ["lab-probe", "tree-hash", "/mnt/foreign"]).succeeded().text
                try await expectRefused(
                    ["migrate", "apply", "foreign/keeper", "--to", "m2"],
                    code: "foreign-dataset-on-target",
                    dataset,
                    "it was not touched"
                )
                #expect(try await lab.run("m2", ["lab-probe", "tree-hash", "/mnt/foreign"]).succeeded().text == before)
            }
        }

        @Test("A service that is placed on every machine is refused")
        func global() async throws {
            let lab = try lab()
            try await lab.deploy(Manifests.web("everywhere", image: lab.buildImage("web"), placement: "\"global\""))
            #expect(try await lab.instances(of: "everywhere/web").count == 3)
            try await expectRefused(
                ["migrate", "apply", "everywhere/web", "--to", "m2", "--from", "m1"],
                code: "global-service",
                "global"
            )
        }

        @Test("A service with several instances is refused without --instance, and they are named")
        func whichInstance() async throws {
            let lab = try lab()
            let manifest = Manifests.web(
                "several",
                image: try await lab.buildImage("web"),
                placement: "{ replicated = { count = 2 } }"
            )
            try await lab.deploy(manifest)
            let places = try await lab.instances(of: "several/web").map(\.machine.name.text)
            let target = try #require(["m1", "m2", "m3"].first { !places.contains($0) })
            try await expectRefused(
                ["migrate", "apply", "several/web", "--to", target],
                code: "which-instance",
                "0 on \(places[0]), 1 on \(places[1])",
                "--instance"
            )
        }

        @Test("A service that binds a directory of its machine is refused")
        func bindMount() async throws {
            let lab = try lab()
            let manifest = Manifests.web(
                "bind",
                image: try await lab.buildImage("web"),
                template: "mounts = [{ source = { bind = \"/etc/ployz\" }, target = \"/config\", readonly = true }]"
            )
            try await lab.deploy(manifest, on: "m1")
            try await expectRefused(
                ["migrate", "apply", "bind/web", "--to", "m2"],
                code: "bind-mount",
                "/etc/ployz",
                "volume"
            )
        }

        @Test("All reasons are given at once")
        func together() async throws {
            let lab = try lab()
            let manifest = Manifests.web(
                "reasons",
                image: try await lab.buildImage("web"),
                template: "mounts = [{ source = { bind = \"/etc/ployz\" }, target = \"/config\", readonly = true }]"
            )
            try await lab.deploy(manifest, on: "m1")
            try await lab.during(drain, activate) {
                try await expectRefused(
                    ["migrate", "apply", "reasons/web", "--to", "m3"],
                    code: "bind-mount",
                    "error[target-draining]:"
                )
            }
        }

        private let drain = Lab.Change.run("m1", "ployzctl", "machine", "drain", "m3")
        private let activate = Lab.Change.run("m1", "ployzctl", "machine", "activate", "m3")

        /// Deploys a service with a volume on m1; the same twice is one.
        private func keeper(_ namespace: String) async throws {
            let lab = try lab()
            guard try await lab.instances(of: "\(namespace)/keeper").isEmpty else { return }
            try await lab.deploy(Manifests.keeper(namespace, image: lab.buildImage("web")), on: "m1")
        }

        private func restart(_ machine: String) async throws {
            let lab = try lab()
            try await lab.command(["kill", machine, "ployzd"]).succeeded()
            try await lab.command(["start", machine, "ployzd"]).succeeded()
            try await reachable(machine)
        }

        private func reachable(_ machine: String) async throws {
            let lab = try lab()
            try await lab.wait(for: "\(machine) to answer m1", within: 60) {
                try await lab.machines().first { $0.name.text == machine }?.reachable == true
            }
        }

        private func number(_ machine: String, _ property: String, _ dataset: String) async throws -> Int {
            let get = ["zfs", "get", "-H", "-p", "-o", "value", property, dataset]
            let text = try await lab().run(machine, get).succeeded().text
            return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
    }
}
