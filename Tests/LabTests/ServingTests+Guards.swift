import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests.ServingTests {
    @Test(
        "A container with every right on its network reaches no control port, by any address, and sends as itself alone"
    )
    func jailed() async throws {
        let lab = try lab()
        let manifest = Manifests.web(
            "jail",
            image: try await lab.buildImage("web"),
            placement: "{ replicated = { count = 2 } }",
            extra: "publish = [{ port = 8050, target = 80 }]",
            template: "cap_add = [\"NET_ADMIN\", \"NET_RAW\"]"
        )
        try await lab.deploy(manifest, on: "m1")
        let instances = try await lab.instances(of: "jail/web")
        let own = try #require(instances.first?.address)
        let other = try #require(instances.last?.address)
        let machines = try await lab.machines()
        #expect(instances.allSatisfy { $0.machine.name.text == "m1" } && own != other)

        // IPv6 by the gateway's hardware address, as somebody would try it who knows the overlay.
        let setUp = """
            ip -6 address add fd99::9/64 dev eth0; ip -6 neigh add fe80::1 lladdr 02:50:00:00:00:01 dev eth0
            ip -6 route add fd00::/8 via fe80::1 dev eth0
            """
        _ = try await inside("jail/web/0", "m1", setUp)
        let overlay = ["10.101.1.1", "10.101.2.1", "10.101.3.1"]
        let underlay = ["192.168.90.11", "192.168.90.12", "192.168.90.13"]
        let addresses = overlay + underlay + ["127.0.0.1"] + machines.map { "\($0.managementAddress)" }
        let control = addresses.flatMap { address in [2379, 2380, 4317, 4318, 4319].map { (address, $0) } }
        #expect(try await reached(control) == [])
        let published = (overlay + underlay).map { ($0, 8050) }
        try await lab.wait(for: "the published port on every machine") { try await reached(published).count == 6 }
        let lookUp = try await inside("jail/web/0", "m1", "nslookup web.jail.ployz.internal")
        #expect(lookUp.text.contains("\(other)"), "\(lookUp.text)")

        // As its neighbour, whose answers it could not have, but in whose name it could send.
        let counter = """
            table inet probe {
                chain come {
                    type filter hook prerouting priority -400; policy accept;
                    ip saddr \(other) icmp type echo-request counter
                }
            }
            """
        try await lab.run("m2", ["nft", "-f", "-"], input: Data(counter.utf8)).succeeded()
        let send = "ip address add \(other)/32 dev eth0; ping -c 2 -W 1 -I \(other) 10.101.2.1"
        _ = try await inside("jail/web/0", "m1", send)
        #expect(try await arrivals() == 0)
        try await lab.run("m1", ["nft", "flush", "chain", "bridge", "ployz", "sources"]).succeeded()
        try await lab.run("m1", ["nft", "flush", "chain", "inet", "ployz", "guard_input"]).succeeded()
        _ = try await inside("jail/web/0", "m1", send)
        #expect(try await arrivals() > 0, "without the guard")
        #expect(try await reached([("10.101.1.1", 4317)]) == ["10.101.1.1 4317"], "without the guard")
        try await lab.run("m2", ["nft", "delete", "table", "inet", "probe"]).succeeded()
        try await lab.wait(for: "both guards to be back", within: 20) {
            try await reached([("10.101.1.1", 4317)]) == []
        }
    }

    /// Those of the addresses and ports that a container gets a connection to.
    private func reached(_ places: [(String, Int)]) async throws -> [String] {
        // What nc runs is run when there is a connection.
        let tries = places.map { address, port in
            "timeout 3 nc -w 1 \(address) \(port) -e /bin/sh -c 'echo \(address) \(port) >> /dev/shm/reached' &"
        }
        let script =
            ["exec </dev/null 2>/dev/null", ": > /dev/shm/reached"] + tries + ["wait", "cat /dev/shm/reached"]
        let result = try await inside("jail/web/0", "m1", script.joined(separator: "\n"))
        return result.text.split(separator: "\n").map(String.init).sorted()
    }

    private func arrivals() async throws -> Int {
        let text = try await lab().run("m2", ["nft", "list", "chain", "inet", "probe", "come"]).succeeded().text
        let words = text.split(whereSeparator: \.isWhitespace)
        let index = try #require(words.firstIndex(of: "packets"))
        return try #require(Int(words[index + 1]))
    }

    /// A shell script in an instance's container.
    private func inside(_ instance: String, _ machine: String, _ script: String) async throws -> ProgramResult {
        let lab = try lab()
        let filters = ["label=io.ployz.instance=\(instance)", "label=io.ployz.role=workload"]
        let list = ["docker", "ps", "-q"] + filters.flatMap { ["--filter", $0] }
        let container = try await lab.run(machine, list).succeeded().text.trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        return try await lab.run(machine, lab.bounded(20, ["docker", "exec", container, "/bin/sh", "-c", script]))
    }

    @Test(
        "A secret is where it is needed and nowhere else: not in logs, files, command lines, answers, or the store but once"
    )
    func secret() async throws {
        let lab = try lab()
        let image = try await lab.buildImage("web")
        let secret = "canary-\(UInt64.random(in: 1...UInt64.max))"
        func manifest(_ more: String = "") -> String {
            Manifests.web(
                "vault",
                image: image,
                template: "env = { PLAIN = \"seen\", PASSWORD = { secret = \"\(secret)\" } }\n\(more)"
            )
        }
        var said = ""
        func ask(_ machine: String, _ arguments: [String], input: String? = nil) async throws -> ProgramResult {
            let result = try await lab.ctl(machine, arguments, input: input.map { Data($0.utf8) })
            said += result.text + result.errorText
            return result
        }
        let deploy = ["deploy", "-f", "-", "--format", "toml"]
        try await lab.deploy(manifest(), on: "m1")
        _ = try await ask("m2", ["deploy", "preview"] + deploy.dropFirst() + ["--json"], input: manifest())
        #expect(try await inside("vault/web/0", "m1", "echo $PASSWORD").text == "\(secret)\n")

        // What is rendered is enough to move it.
        let rendered = try await ask("m1", ["migrate", "render-manifest", "vault/web", "--to", "m2"]).succeeded().text
        #expect(rendered.contains("stored"))
        _ = try await ask("m3", ["migrate", "render-manifest", "vault/web", "--to", "m2", "--json"])
        _ = try await ask("m3", deploy + ["--json"], input: rendered).succeeded()
        #expect(try await inside("vault/web/0", "m2", "echo $PASSWORD").text == "\(secret)\n")
        _ = try await ask("m1", ["migrate", "apply", "vault/web", "--to", "m3", "--json"]).succeeded()

        // A start that fails, and manifests that are wrong.
        let failing = try await ask("m1", deploy, input: manifest("entrypoint = [\"/nowhere\"]"))
        #expect(failing.status != 0)
        for wrong in ["\(secret)", "\"\(secret)\", secrt = 1"] {
            let text = manifest().replacing("{ secret = \"\(secret)\" }", with: "{ secret = \(wrong) }")
            #expect(try await ask("m1", deploy, input: text).status == 2)
        }
        let move = try #require(try await lab.document(MigrationList.self, "m1", ["migrate", "ls"]).migrations.first)
        for question in [
            ["status"], ["service", "ls"], ["volume", "ls"], ["machine", "ls"], ["mesh", "status"], ["migrate", "ls"],
            ["migrate", "show", "\(move.operation)"], ["migrate", "preview", "vault/web", "--to", "m1"],
        ] {
            for options in [[], ["--json"]] { _ = try await ask("m1", question + options) }
        }
        #expect(!said.contains(secret))

        for machine in Self.names {
            let look = """
                grep -rlF -e \(secret) /var/log /var/lib/ployz /run/ployz --exclude-dir=etcd
                for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null | grep -F \(secret) | grep -vF grep; done
                true
                """
            // The script comes by standard input, so that it is not found itself.
            let found = try await lab.run(machine, ["sh"], input: Data(look.utf8)).succeeded().text
            #expect(found.isEmpty, "\(machine): \(found)")
        }
        #expect(try await keys(holding: secret) == ["/ployz/1/secrets/vault/web"])
        // It runs again: what comes after finds nothing amiss.
        _ = try await ask("m1", deploy, input: manifest()).succeeded()
    }

    /// The keys of the store whose values have a text in them.
    private func keys(holding text: String) async throws -> [String] {
        struct Listing: Decodable {
            struct Entry: Decodable {
                let key: Data
                let value: Data
            }
            let kvs: [Entry]
        }
        let lab = try lab()
        let founder = try #require(try await lab.machines().first { $0.name.text == "m1" })
        // Everything below "/", up to "0".
        let range =
            #"{"key":"\#(Data("/".utf8).base64EncodedString())","range_end":"\#(Data("0".utf8).base64EncodedString())"}"#
        let pki = "/var/lib/ployz/pki"
        let curl = [
            "curl", "--silent", "--fail", "--cacert", "\(pki)/ca.crt", "--cert", "\(pki)/machine.crt", "--key",
            "\(pki)/machine.key", "--data", range, "https://[\(founder.managementAddress)]:2379/v3/kv/range",
        ]
        let answer = try await lab.run("m1", curl).succeeded().output
        let listing = try JSONDecoder().decode(Listing.self, from: answer)
        #expect(listing.kvs.count > 10)
        return listing.kvs.filter { $0.value.range(of: Data(text.utf8)) != nil }
            .map { String(decoding: $0.key, as: UTF8.self) }
    }
}
