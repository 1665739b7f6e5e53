import Foundation
import LabScenarios
import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

extension LabTests {
    /// Names and published ports, wherever a service runs.
    @Suite(.lab("serving", machines: 3))
    struct ServingTests {
        static let names = ["m1", "m2", "m3"]

        @Test("An instance finds services by short and long name, and asks the host's resolver for other names")
        func names() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("redis")
            let namespace = "namespace = \"named\"\n"
            try await lab.deploy(namespace + redis("cache", image), on: "m1")
            try await lab.deploy(namespace + redis("cache", image) + redis("client", image), on: "m3")
            let instances = try await lab.instances(of: "named/cache") + lab.instances(of: "named/client")
            #expect(instances.map(\.machine.name.text) == ["m1", "m3"])
            for name in ["cache", "cache.named", "cache.named.ployz.internal", "client"] {
                let answer = try await ping(name, inside: "named/client", on: "m3")
                #expect(answer.text.hasPrefix("PONG"), "\(name): \(answer.text)\(answer.errorText)")
            }
            #expect(try await !ping("nobody", inside: "named/client", on: "m3").text.hasPrefix("PONG"))

            let address = try #require(instances.first?.address)
            try await withUpstream(on: "m3", answering: "outside.test", with: "\(address)") {
                try await lab.wait(for: "the host's resolver to be asked", within: 30) {
                    try await ping("www.outside.test", inside: "named/client", on: "m3").text.hasPrefix("PONG")
                }
            }
        }

        @Test("A published port and a route answer on every machine, through moves and reloads, and no request fails")
        func published() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("web")
            let manifest = Manifests.web(
                "front",
                image: image,
                extra: """
                    publish = [{ port = 8080, target = 80 }]
                    routes = [{ host = "127.0.0.1", port = 80 }, { host = "front.test", path = "/index.html", port = 80 }]
                    """
            )
            try await lab.deploy(manifest, on: "m1")
            try await waitForPort(8080)
            for machine in Self.names {
                for address in try await addresses(of: machine) {
                    for url in ["http://\(address):8080/index.html", "http://\(address)/index.html"] {
                        let answer = try await lab.run(machine, curl("--header", "Host: front.test", url))
                        #expect(answer.text == "200", "\(machine): \(url)")
                    }
                    let lost = try await lab.run(machine, curl("--header", "Host: other.test", "http://\(address)/"))
                    #expect(lost.text == "404")
                }
            }
            let clients = try Self.names.flatMap { machine in
                try [80, 8080].map { port in
                    try Probe.http(in: lab, from: machine, to: "127.0.0.1:\(port)", name: "front-\(machine)-\(port)")
                }
            }
            let before = try await helpers()
            for target in ["m2", "m3"] { try await lab.move("front/web", to: target) }
            for port in 9001...9004 {
                let extra = "publish = [{ port = \(port), target = 80 }]"
                try await lab.deploy(Manifests.web("more", image: image, extra: extra), on: "m2")
                try await waitForPort(port)
            }
            for client in clients {
                let seen = try await client.stop()
                let failed = seen.failedConnects + seen.failedRequests
                #expect(failed == 0, "from \(client.machine): \(seen.errors)")
                #expect(seen.acknowledged > 100)
                print("\(client.machine): \(seen.acknowledged) answers, longest wait \(seen.longestWait) ms")
            }
            #expect(try await helpers() == before, "a reload is no restart")
        }

        @Test("While a service with a volume moves, requests by its route wait and none fails")
        func held() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("web")
            let script = "echo here > /data/index.html; exec busybox httpd -f -p 80 -h /data"
            let manifest = Manifests.web(
                "stored",
                image: image,
                extra: "publish = [{ port = 8060, target = 80 }]\nroutes = [{ host = \"127.0.0.2\", port = 80 }]",
                template: """
                    entrypoint = ["/bin/sh", "-c"]
                    command = ["\(script)"]
                    mounts = [{ source = { volume = "data" }, target = "/data" }]

                    [[volumes]]
                    name = "data"
                    quota = "64MiB"
                    """
            )
            try await lab.deploy(manifest, on: "m1")
            try await waitForPort(8060)
            let routed = try Self.names.map { try client(at: "127.0.0.2:80", on: $0, "routed-\($0)") }
            let plain = try Self.names.map { try client(at: "127.0.0.1:8060", on: $0, "plain-\($0)") }
            for target in ["m2", "m3"] { try await lab.move("stored/web", to: target) }
            for client in routed {
                let seen = try await client.stop()
                print("route, \(client.machine): \(seen.acknowledged) answers, longest wait \(seen.longestWait) ms")
                #expect(seen.failedConnects + seen.failedRequests == 0, "\(client.machine): \(seen.errors)")
            }
            for client in plain {
                let seen = try await client.stop()
                print("port, \(client.machine): \(seen.acknowledged) answers, longest wait \(seen.longestWait) ms")
                // What the service had taken when it was stopped ends with it: at most one for each client and move.
                #expect(seen.failedConnects == 0 && seen.failedRequests <= 2, "\(client.machine): \(seen.errors)")
            }
        }

        @Test("A port that another program has costs itself on that machine, and comes back when it is free")
        func taken() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("web")
            let listener = try lab.start(
                "m2",
                ["busybox", "nc", "-ll", "-p", "8099", "-e", "/bin/true"],
                output: lab.scratch.appending(path: "listener")
            )
            let extra = "publish = [{ port = 8098, target = 80 }, { port = 8099, target = 80 }]"
            try await lab.deploy(Manifests.web("taken", image: image, extra: extra), on: "m1")
            try await waitForPort(8098)
            let reason = "m2: taken/web: port 8099/tcp is not served: another program of this machine listens there"
            #expect(try await lab.document(ClusterStatus.self, "m2", ["status"]).warnings == [reason])
            #expect(try await lab.document(ClusterStatus.self, "m1", ["status"]).warnings.isEmpty)
            _ = try? await listener.stop()
            try await lab.wait(for: "the port to be served", within: 40) {
                try await lab.run("m2", curl("http://127.0.0.1:8099/index.html")).text == "200"
            }
            #expect(try await lab.document(ClusterStatus.self, "m2", ["status"]).warnings.isEmpty)
        }

        @Test("A daemon that starts again leaves dnsmasq and HAProxy alone, and one that was killed comes back")
        func adopted() async throws {
            let lab = try lab()
            let image = try await lab.buildImage("web")
            let extra = "publish = [{ port = 8070, target = 80 }]"
            try await lab.deploy(Manifests.web("adopted", image: image, extra: extra), on: "m1")
            try await waitForPort(8070)
            let before = try await helpers()
            #expect(before["m2"]?.count == 3, "dnsmasq, a master and a worker")
            try await lab.command(["kill", "m2", "ployzd"]).succeeded()
            try await lab.command(["start", "m2", "ployzd"]).succeeded()
            try await lab.wait(for: "the daemon to answer") {
                try await lab.ctl("m2", ["status"]).status == 0
            }
            try await lab.wait(for: "names and ports to be looked at") {
                try await lab.document(ClusterStatus.self, "m2", ["status"]).ingress != nil
            }
            try await Task.sleep(for: .seconds(3))
            #expect(try await helpers() == before)

            try await lab.run("m2", ["sh", "-c", "kill -9 $(ps -eo pid=,comm= | awk '/dnsmasq|haproxy/ {print $1}')"])
                .succeeded()
            try await lab.wait(for: "both to run again", within: 25) {
                let port = try await lab.run("m2", curl("http://127.0.0.1:8070/index.html")).text
                return try await helpers()["m2"]?.count == 3 && port == "200"
            }
        }

        /// Processes of dnsmasq and HAProxy, by machine; a worker counts as "worker", since each reload makes a new one.
        private func helpers() async throws -> [String: [String]] {
            let lab = try lab()
            var found: [String: [String]] = [:]
            for machine in Self.names {
                let list = "ps -eo pid=,ppid=,comm= | awk '/dnsmasq|haproxy/ {print $1, $2, $3}'"
                let lines = try await lab.run(machine, ["sh", "-c", list]).text.split(separator: "\n")
                let processes = lines.map { $0.split(separator: " ").map(String.init) }.filter { $0.count == 3 }
                let numbers = Set(processes.map { $0[0] })
                found[machine] = processes.map { numbers.contains($0[1]) ? "worker" : "\($0[2]) \($0[0])" }.sorted()
            }
            return found
        }

        private func curl(_ arguments: String...) -> [String] {
            ["curl", "--silent", "--output", "/dev/null", "--max-time", "10", "--write-out", "%{http_code}"] + arguments
        }

        private func client(at endpoint: String, on machine: String, _ name: String) throws -> Probe {
            try Probe.http(in: lab(), from: machine, to: endpoint, name: name)
        }

        private func waitForPort(_ port: Int) async throws {
            let lab = try lab()
            for machine in Self.names {
                try await lab.wait(for: "port \(port) of \(machine)", within: 20) {
                    try await lab.run(machine, curl("http://127.0.0.1:\(port)/index.html")).text == "200"
                }
            }
        }

        private func addresses(of machine: String) async throws -> [String] {
            let list = "ip -o -4 address show scope global | awk '{ sub(\"/.*\", \"\", $4); print $4 }'"
            let found = try await lab().run(machine, ["sh", "-c", list]).succeeded().text.split(separator: "\n")
            #expect(found.count >= 2, "underlay and gateway")
            return found.map(String.init) + ["127.0.0.1"]
        }

        /// A Redis without a volume: its programs look names up as most do, with the C library.
        private func redis(_ name: String, _ image: String) -> String {
            """

            [[services]]
            name = "\(name)"
            service_ports = [{ port = 6379 }]
            readiness = { tcp = { port = 6379 }, timeout = "30s" }

            [services.template]
            image = "\(image)"
            pull_policy = "never"
            command = ["/usr/bin/redis-server", "--protected-mode", "no", "--save", ""]
            stop_grace_period = "1s"

            """
        }

        private func ping(_ name: String, inside service: String, on machine: String) async throws -> ProgramResult {
            let lab = try lab()
            let list = ["docker", "ps", "-q", "--filter", "label=io.ployz.instance=\(service)/0"]
            let found = try await lab.run(machine, list + ["--filter", "label=io.ployz.role=workload"]).succeeded().text
            let container = found.trimmingCharacters(in: .whitespacesAndNewlines)
            let command = lab.bounded(10, ["docker", "exec", container, "/usr/bin/redis-cli", "-h", name, "PING"])
            return try await lab.run(machine, command)
        }

        /// Runs `body` while the machine's resolver is one that knows a domain.
        private func withUpstream(
            on machine: String,
            answering domain: String,
            with address: String,
            _ body: () async throws -> Void
        ) async throws {
            let lab = try lab()
            let upstream = try lab.start(
                machine,
                [
                    "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-resolv",
                    "--no-hosts",
                    "--listen-address=127.0.0.9", "--bind-interfaces", "--address=/\(domain)/\(address)",
                ],
                output: lab.scratch.appending(path: "upstream")
            )
            // The kernel tells dnsmasq of a new file in /etc, but not of a mount: another one must start.
            let change = """
                echo nameserver 127.0.0.9 > /run/resolv.test
                mount --bind /run/resolv.test $(realpath /etc/resolv.conf)
                kill -9 $(ps -eo pid=,args= | awk '/hostsdir/ && !/awk/ {print $1}')
                """
            try await lab.run(machine, ["sh", "-c", change]).succeeded()
            let result = await Result { try await body() }
            try await lab.run(machine, ["sh", "-c", "umount $(realpath /etc/resolv.conf)"]).succeeded()
            _ = try await upstream.stop()
            try result.get()
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
