import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// Three machines in a cluster, nothing moving.
    @Suite(.lab("cluster", machines: 3))
    struct ClusterTests {
        static let names = ["m1", "m2", "m3"]

        @Test("Each machine lists all three, itself as local, with one storage member", arguments: names)
        func machines(asked: String) async throws {
            let machines = try await lab().machines(asking: asked)
            #expect(machines.map(\.name.text) == Self.names)
            #expect(machines.filter(\.isLocal).map(\.name.text) == [asked])
            #expect(machines.filter(\.isStorageMember).map(\.name.text) == ["m1"])
            #expect(machines.allSatisfy { $0.lifecycle == .active && $0.reachable == true })
            #expect(machines.allSatisfy { $0.storageRoot?.description == "tank/ployz" })
            #expect(Set(machines.map(\.overlayAddress)).count == 3)
            #expect(Set(machines.map { "\($0.subnet)" }).count == 3)
        }

        @Test("Each machine sees the other two over WireGuard, and the store", arguments: names)
        func mesh(asked: String) async throws {
            let status = try await lab().document(MeshStatus.self, asked, ["mesh", "status"])
            #expect(status.machine.name.text == asked)
            #expect(status.peers.map(\.machine.name.text).sorted() == Self.names.filter { $0 != asked })
            #expect(status.storeHealthy)
            #expect(status.storageMembers.map(\.name.text) == ["m1"])
        }

        @Test("The status says that all is well", arguments: names)
        func status(asked: String) async throws {
            let status = try await lab().document(ClusterStatus.self, asked, ["status"])
            #expect(status.machines.count == 3)
            #expect(status.storeHealthy)
            #expect(status.warnings.isEmpty, "\(status.warnings)")
        }

        @Test("The doctor finds nothing missing on a machine that works", arguments: names)
        func doctor(asked: String) async throws {
            let report = try await lab().document(DoctorReport.self, asked, ["doctor"])
            #expect(report.findings.filter { $0.state != .ok } == [])
            #expect(
                Set(["docker", "wireguard", "zfs", "daemon", "cluster"]).isSubset(of: report.findings.map(\.check))
            )
        }

        @Test(
            "The doctor names what is missing and what brings it",
            arguments: [
                ("PLOYZ_ZFS_ROOT=nopool/ployz", "zfs", "zpool import nopool"),
                ("PLOYZ_DOCKER_SOCKET=/run/nothing.sock", "docker", "systemctl start docker"),
                ("PLOYZ_SANDBOX_PROGRAM=/bin/bash", "sandbox", "apt-get install busybox-static"),
                ("PLOYZ_BRIDGE=no/bridge", "configuration", "ployzd check-config"),
                ("PLOYZ_SOCKET=/run/nothing.sock", "daemon", "start it: systemctl start ployzd"),
            ]
        )
        func missing(setting: String, check: String, next: String) async throws {
            let result = try await lab().run("m2", ["env", setting, "ployzctl", "doctor", "--json"])
            #expect(result.status == 3)
            let report = try DocumentForm.decode(DoctorReport.self, from: result.output)
            let problems = report.findings.filter { $0.state == .problem }
            #expect(problems.map(\.check) == [check], "\(problems)")
            #expect(problems.first?.next?.hasPrefix(next) == true, "\(problems)")
        }

        @Test("A changed quota is set on the owner's dataset, and every machine tells what a volume takes")
        func quota() async throws {
            let lab = try lab()
            let manifest = Manifests.keeper("limits", image: try await lab.buildImage("web"))
            try await lab.deploy(manifest, on: "m2")
            let limit = ["zfs", "get", "-Hp", "-o", "value", "refquota", "tank/ployz/limits/data"]
            #expect(try await lab.run("m2", limit).succeeded().text == "1073741824\n")
            try await lab.deploy(manifest.replacing("1GiB", with: "2GiB"))
            try await lab.wait(for: "the larger quota") {
                try await lab.run("m2", limit).succeeded().text == "2147483648\n"
            }
            let file = "/var/lib/ployz/volumes/limits/data/data/file"
            try await lab.run("m2", ["dd", "if=/dev/urandom", "of=\(file)", "bs=1M", "count=8"]).succeeded()
            try await lab.wait(for: "every machine to tell what it takes") {
                for asked in Self.names {
                    let list = try await lab.document(VolumeList.self, asked, ["volume", "ls"])
                    let volume = list.volumes.first { "\($0.volume)" == "limits/data" }
                    guard let used = volume?.used, used > .mebibytes(8) else { return false }
                }
                return true
            }
            let small = Data(manifest.replacing("1GiB", with: "1MiB").utf8)
            let preview = ["deploy", "preview", "-f", "-", "--format", "toml"]
            let refused = try await lab.ctl("m1", preview, input: small)
            #expect(refused.status == 3)
            #expect(refused.errorText.contains("quota-too-small"), "\(refused.errorText)")
        }

        @Test("A machine that drains takes no placement until it is active again, and keeps what it has")
        func drain() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("web")
            let drained = try await lab.document(LifecycleChange.self, "m1", ["machine", "drain", "m3"])
            #expect(drained.before == .active)
            #expect(drained.after == .draining)
            try await lab.deploy(web("drained", image, count: 4))
            let placed = try await lab.instances(of: "drained/web").map(\.machine.name.text)
            #expect(placed.count == 4)
            #expect(Set(placed) == ["m1", "m2"])

            let active = try await lab.document(LifecycleChange.self, "m2", ["machine", "activate", "m3"])
            #expect(active.after == .active)
            try await lab.deploy(web("active", image, count: 3))
            #expect(Set(try await lab.instances(of: "active/web").map(\.machine.name.text)) == Set(Self.names))
            #expect(try await lab.instances(of: "drained/web").map(\.machine.name.text) == placed)
        }

        @Test("A machine is renamed and labelled, by any of its names, and machines measure how far the others are")
        func changes() async throws {
            let lab = try lab()
            let taken = try await lab.ctl("m1", ["machine", "rename", "m3", "m2"])
            expect(taken, status: 3, code: "name-taken", ["'m2'"])
            let address = try #require(try await lab.machines().first { $0.name.text == "m3" }?.overlayAddress)
            let renamed = try await lab.document(
                MachineRenaming.self,
                "m2",
                ["machine", "rename", "\(address)", "gamma"]
            )
            #expect(renamed.before.text == "m3")
            let label = ["machine", "update", "gamma", "--label", "Rack_1/a=r 1", "--label", "zone=z"]
            _ = try await lab.document(MachineLabels.self, "m1", label)
            let update = ["machine", "update", "gamma", "--remove-label", "zone"]
            #expect(try await lab.document(MachineLabels.self, "m1", update).labels == ["Rack_1/a": "r 1"])
            try await lab.wait(for: "every machine to know", within: 5) {
                for asked in Self.names {
                    let machine = try await lab.machines(asking: asked).first { $0.name.text == "gamma" }
                    guard machine?.labels == ["Rack_1/a": "r 1"] else { return false }
                }
                return true
            }
            let bad = try await lab.ctl("m1", ["machine", "update", "gamma", "--label", "a b=c"])
            expect(bad, status: 2, code: "usage", ["a b"])
            let times = try await lab.document(RoundTripMatrix.self, "m1", ["machine", "rtt"])
            #expect(times.rows.map(\.from.name.text) == ["gamma", "m1", "m2"])
            #expect(times.rows.allSatisfy { $0.times?.count == 2 && $0.times?.contains { $0.time == nil } == false })
            try await lab.during(.lab("cut", "m3"), .lab("heal")) {
                let silent = try await lab.document(RoundTripMatrix.self, "m1", ["machine", "rtt", "m1"])
                #expect(
                    silent.rows.map { $0.times?.map { "\($0.to) \($0.time == nil)" } } == [["gamma true", "m2 false"]]
                )
            }
            try await lab.ctl("m1", ["machine", "rename", "gamma", "m3"]).succeeded()
            try await lab.wait(for: "m3 to be reached again") {
                try await lab.machines().allSatisfy { $0.reachable == true && $0.name.text.hasPrefix("m") }
            }
        }

        @Test("A manifest is refused with every error and its path, and a preview changes nothing")
        func manifestErrors() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("web")
            let preview = ["deploy", "preview", "-f", "-", "--format", "toml"]
            let before = try await Traces.of(lab)
            let wrong = """
                namespace = "wrong"
                colour = "blue"

                [[services]]
                name = "web"
                service_ports = [{ port = 70000 }]

                [services.template]
                image = "\(image)"
                mounts = [{ source = { volume = "nowhere" }, target = "data" }]
                """
            let result = try await lab.ctl("m2", ["deploy", "-f", "-", "--format", "toml"], input: Data(wrong.utf8))
            #expect(result.status == 2)
            for path in ["colour", "services[0].service_ports[0].port", "services[0].template.mounts[0].target"] {
                #expect(result.errorText.contains(path), "\(result.errorText)")
            }
            let good = Data(web("previewed", image, count: 1).utf8)
            let plan = try await lab.document(DeployPreview.self, "m2", preview, input: good)
            #expect(plan.changes.contains { $0.kind == .create && $0.subject == .service })
            #expect(try await Traces.of(lab) == before)
        }

        @Test("ployzd killed with -9 while idle and started again disturbs no container, tunnel, route or etcd member")
        func killedIdle() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("web")
            try await lab.deploy(web("idle", image, count: 3))
            let services = try await lab.instances(of: "idle/web")
            let address = try #require(services.first { $0.machine.name.text == "m2" }?.address)
            let before = try await Undisturbed.of(lab, machines: Self.names)
            let client = try Probe.http(in: lab, from: "m1", to: "\(address):80", name: "idle")
            for machine in Self.names { try await lab.command(["kill", machine, "ployzd"]).succeeded() }
            let without = try await Undisturbed.of(lab, machines: Self.names)
            #expect(without == before)
            for machine in Self.names { try await lab.command(["start", machine, "ployzd"]).succeeded() }
            try await lab.wait(for: "the daemons to know each other again") {
                try await lab.machines(asking: "m3").allSatisfy { $0.reachable == true }
            }
            let seen = try await client.stop()
            let after = try await Undisturbed.of(lab, machines: Self.names)
            #expect(after == before)
            #expect(seen.failedConnects + seen.failedRequests == 0, "\(seen.errors)")
            #expect(seen.acknowledged > 0)
            #expect(try await lab.instances(of: "idle/web").allSatisfy { $0.state == .running })
        }

        @Test("Each command's --json decodes into its published type")
        func documents() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("web")
            let manifest = Data(web("documents", image, count: 1).utf8)
            let deploy = ["deploy", "-f", "-", "--format", "toml"]
            _ = try await lab.document(DeployResult.self, "m1", deploy, input: manifest)
            let services = try await lab.document(ServiceList.self, "m1", ["service", "ls"])
            #expect(services.services.contains { $0.service.description == "documents/web" })
            _ = try await lab.document(VolumeList.self, "m1", ["volume", "ls"])
            _ = try await lab.document(VersionReport.self, "m1", ["version"])
            _ = try await lab.document(Invite.self, "m1", ["machine", "invite", "create"])
            let here = try #require(try await lab.instances(of: "documents/web").first).machine.name.text
            let target = try #require(Self.names.first { $0 != here })
            let move = ["documents/web", "--to", target]
            _ = try await lab.document(MigrationPreview.self, "m1", ["migrate", "preview"] + move)
            _ = try await lab.document(RenderedManifest.self, "m1", ["migrate", "render-manifest"] + move)
            let report = try await lab.move("documents/web", to: target)
            let operation = try #require(report.operation)
            let detail = try await lab.document(MigrationDetail.self, "m3", ["migrate", "show", "\(operation)"])
            #expect(detail.report?.outcome == .migrated)
            let list = try await lab.document(MigrationList.self, "m3", ["migrate", "ls"])
            #expect(list.migrations.contains { $0.operation == operation })
            let refused = try await lab.ctl("m1", ["migrate", "preview", "no/such", "--to", "m2", "--json"])
            let error = try DocumentForm.decode(ErrorDocument.self, from: refused.errors)
            #expect(error.error.code.text == "unknown-service")
        }

        private func web(_ namespace: String, _ image: String, count: Int) -> String {
            Manifests.web(namespace, image: image, placement: "{ replicated = { count = \(count) } }")
        }
    }
}
