import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// Machines come, leave and die, in a cluster whose certificates hold for twelve seconds.
    @Suite(.lab("machines", machines: 3, cluster: false))
    struct MachineTests {
        @Test("Certificates are renewed under calls and a migration, on every machine, and not one call fails")
        func rotation() async throws {
            let lab = try await cluster()
            try await lab.deploy(Manifests.keeper("keep", image: lab.buildImage("web")), on: "m2")
            let before = try await expiries(lab)
            let store = try await managementAddress(of: "m1", in: lab)
            let callers = try ["m2", "m3"].map { machine in
                try lab.start(
                    machine,
                    ["sh", "-c", Self.calling(store, "$? $(date +%s)")],
                    output: lab.scratch.appending(path: "calls-\(machine)")
                )
            }
            try await lab.move("keep/keeper", to: "m3")
            try await lab.wait(for: "every machine to have another certificate") {
                let now = try await expiries(lab)
                return before.count == 3 && before.allSatisfy { name, old in now[name].map { $0 > old } ?? false }
            }
            // Until those that were there at the beginning are worth nothing.
            let last = try #require(before.values.max())
            try await lab.wait(for: "the first certificates to end") { last < .now }
            try await lab.move("keep/keeper", to: "m2", asking: "m3")
            #expect(try await lab.machines(asking: "m3").allSatisfy { $0.reachable == true })
            for caller in callers {
                let lines = String(decoding: try await caller.stop(), as: UTF8.self).split(separator: "\n")
                #expect(lines.count > 40)
                #expect(lines.filter { !$0.hasPrefix("api 0 ") && !$0.hasPrefix("etcd 0 ") } == [])
            }
        }

        @Test("A machine on which something lives is not removed; an empty one is, and is refused everywhere at once")
        func removal() async throws {
            let lab = try await cluster()
            let image = try await lab.buildImage("web")
            try await lab.deploy(Manifests.keeper("live", image: image), on: "m2")
            try await lab.move("live/keeper", to: "m3")
            let refused = try await lab.ctl("m1", ["machine", "rm", "m3"])
            expect(
                refused,
                status: 3,
                code: "machine-in-use",
                ["live/keeper/0 is on m3", "live/data", "migrate apply"]
            )
            let member = try await lab.ctl("m2", ["machine", "rm", "m1"])
            expect(member, status: 3, code: "machine-in-use", ["storage demote m1"])
            let own = try await lab.ctl("m3", ["machine", "rm", "m3"])
            expect(own, status: 3, code: "machine-in-use", ["this machine"])
            try await lab.move("live/keeper", to: "m1")

            // What the machine could do until now: with its certificate at home, and with a copy of it on another machine.
            let store = try await managementAddress(of: "m1", in: lab)
            for file in ["machine.crt", "machine.key"] {
                let bytes = try await lab.run("m3", ["cat", "/var/lib/ployz/pki/\(file)"]).succeeded().output
                try await lab.run("m2", ["sh", "-c", "mkdir -p /tmp/stolen; cat >/tmp/stolen/\(file)"], input: bytes)
                    .succeeded()
            }
            let stolen = Self.calling(store, "$? $(date +%s%N)", credentials: "/tmp/stolen")
            let watches = [
                try lab.start(
                    "m3",
                    ["sh", "-c", Self.calling(store, "$? $(date +%s%N)")],
                    output: lab.scratch.appending(path: "home")
                ),
                try lab.start("m2", ["sh", "-c", stolen], output: lab.scratch.appending(path: "stolen")),
                try lab.start("m3", ["sh", "-c", Self.pinging(store)], output: lab.scratch.appending(path: "ping")),
            ]
            let open = try lab.start(
                "m2",
                ["bash", "-c", Self.holding(store)],
                output: lab.scratch.appending(path: "open")
            )
            try await lab.wait(for: "the machine to be heard") {
                for name in ["home", "stolen", "ping", "open"] {
                    let text = try String(contentsOf: lab.scratch.appending(path: name), encoding: .utf8)
                    guard text.contains(" 0 ") || text.contains("200 OK") else { return false }
                }
                return true
            }
            let removal = try await lab.document(MachineRemoval.self, "m2", ["machine", "rm", "m3"])
            #expect(removal.forgottenCopies.map(\.description).contains("live/data"))
            let end = Date.now.timeIntervalSince1970 + 1
            let closed = try #require(
                String(decoding: try await open.finish(), as: UTF8.self).split(separator: "\n").last
            )
            #expect(try #require(Double(closed)) / 1e9 < end)
            try await Task.sleep(for: .seconds(2.5))
            for watch in watches {
                let lines = String(decoding: try await watch.stop(), as: UTF8.self).split(separator: "\n")
                let times = lines.map { $0.split(separator: " ") }
                let kinds = Set(times.map { $0[0] })
                for kind in kinds {
                    let last = times.last { $0[0] == kind && $0[1] == "0" }.flatMap { Double($0[2]) } ?? 0
                    #expect(last > 0, "\(kind) never succeeded")
                    #expect(last / 1e9 < end, "\(kind) succeeded after the removal")
                    #expect(times.contains { $0[0] == kind && $0[1] != "0" }, "\(kind) was not tried after it")
                }
            }
            expect(try await lab.ctl("m3", ["status"]), status: 3, code: "machine-removed", ["was removed"])
            #expect(try await lab.machines().map(\.name.text) == ["m1", "m2"])
            #expect(try await !lab.run("m1", ["wg", "show", "all", "allowed-ips"]).text.contains("10.101.3."))
        }

        @Test("A dead machine is removed by force, when all that is lost is named; deploying again places it anew")
        func force() async throws {
            let lab = try await cluster()
            let manifest = Manifests.keeper("lost", image: try await lab.buildImage("web"))
            try await lab.deploy(manifest, on: "m2")
            try await lab.move("lost/keeper", to: "m3")
            let alive = try await lab.ctl("m1", ["machine", "rm", "m3", "--force"])
            expect(alive, status: 3, code: "machine-answers", ["m3 answers"])
            try await lab.command(["reset", "m3", "--off"]).succeeded()
            let unnamed = try await lab.ctl("m1", ["machine", "rm", "m3", "--force"])
            let copy = ["lost/data", "is only on m3", "copy is on m2, of 20", "--yes-lose lost/data"]
            expect(unnamed, status: 3, code: "data-would-be-lost", copy)
            #expect(try await lab.machines().count == 3)
            let command = ["machine", "rm", "m3", "--force", "--yes-lose", "lost/data"]
            let removal = try await lab.document(MachineRemoval.self, "m2", command)
            #expect(removal.lostVolumes.map(\.volume.description) == ["lost/data"])
            #expect(removal.lostVolumes.first?.lastCopy?.machine.name.text == "m2")
            #expect(removal.removedInstances.map(\.description) == ["lost/keeper/0"])
            let volumes = try await lab.document(VolumeList.self, "m1", ["volume", "ls"])
            #expect(!volumes.volumes.contains { $0.volume.description == "lost/data" })
            // m2 has a copy of it, stamped as one: the volume is made anew, and empty, where nothing of it is.
            try await lab.deploy(manifest, on: "m1")
            let placed = try await lab.instances(of: "lost/keeper")
            #expect(placed.map(\.machine.name.text) == ["m1"])
            #expect(placed.map(\.state) == [.running])
        }

        /// The cluster of m1, m2 and m3; a machine that was removed is cleaned as its removal said, and joins anew.
        private func cluster() async throws -> Lab {
            let lab = try lab()
            if try await lab.ctl("m1", ["mesh", "status"]).status != 0 {
                let line = "certificate_lifetime = \\\"12s\\\""
                try await lab.run("m1", ["sh", "-c", "echo \(line) >>/etc/ployz/ployzd.toml"]).succeeded()
                try await lab.command(["kill", "m1", "ployzd"]).succeeded()
                try await lab.command(["start", "m1", "ployzd"]).succeeded()
                try await lab.ctl("m1", ["mesh", "init", "acme"]).succeeded()
            }
            for machine in ["m2", "m3"] {
                let status = try await lab.ctl(machine, ["mesh", "status"])
                if status.status == 0 { continue }
                if status.errorText.contains("machine-removed") { try await clean(machine, in: lab) }
                let invite = try await lab.document(Invite.self, "m1", ["machine", "invite", "create"])
                try await lab.ctl(machine, ["mesh", "join", "--token", invite.token]).succeeded()
            }
            return lab
        }

        private func clean(_ machine: String, in lab: Lab) async throws {
            try await lab.command(["kill", machine, "ployzd"]).succeeded()
            let files = "identity.json removed.json wireguard.key pki journal picture.json* epochs.json"
            let command = "ip link delete wg-ployz; cd /var/lib/ployz && rm -rf \(files)"
            try await lab.run(machine, ["sh", "-c", command]).succeeded()
            try await lab.command(["start", machine, "ployzd"]).succeeded()
        }

        private func expiries(_ lab: Lab) async throws -> [String: Date] {
            let machines = try await lab.machines()
            return Dictionary(
                machines.compactMap { machine in
                    machine.certificateExpires.map { (machine.name.text, $0) }
                }
            ) { $1 }
        }

        private func managementAddress(of machine: String, in lab: Lab) async throws -> String {
            try await lab.document(MeshStatus.self, machine, ["mesh", "status"]).machine.managementAddress
        }

        /// Calls the daemon and etcd of the machine at `address`, each time over a new connection, until it is ended.
        private static func calling(
            _ address: String,
            _ rest: String,
            credentials directory: String = "/var/lib/ployz/pki"
        ) -> String {
            let files =
                "--cacert /var/lib/ployz/pki/ca.crt --cert \(directory)/machine.crt --key \(directory)/machine.key"
            let curl = "curl -sfg -m 1 -o /dev/null \(files)"
            return """
                while :; do
                \(curl) https://[\(address)]:4318/v1/version; echo api \(rest)
                \(curl) https://[\(address)]:2379/health; echo etcd \(rest)
                sleep 0.1
                done
                """
        }

        private static func pinging(_ address: String) -> String {
            "while :; do ping -6 -q -c 1 -W 1 \(address) >/dev/null; echo ping $? $(date +%s%N); sleep 0.1; done"
        }

        /// A connection to the daemon with the other machine's certificate, from a machine that is not cut off; when the
        /// server closes it, the time is printed.
        private static func holding(_ address: String) -> String {
            let files = "-CAfile /var/lib/ployz/pki/ca.crt -cert /tmp/stolen/machine.crt -key /tmp/stolen/machine.key"
            return """
                openssl s_client -quiet -connect '[\(address)]:4318' \(files) 2>/dev/null \\
                    < <(printf 'GET /v1/version HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; sleep 30)
                echo
                date +%s%N
                """
        }
    }
}
