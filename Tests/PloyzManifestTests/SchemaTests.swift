import PloyzManifest
import PloyzModel
import Testing

@Suite("The manifest's structure")
struct SchemaTests {
    @Test("the smallest manifest is filled with the documented defaults")
    func fillsDefaults() throws {
        let manifest = try manifest(
            "namespace = \"a\"\n[[services]]\nname = \"s\"\ntemplate.image = \"i\"\n[[volumes]]\nname = \"v\""
        )
        let service = try #require(manifest.services.first)
        #expect(
            service
                == ServiceSpec(
                    name: try ServiceName("s"),
                    placement: .replicated(count: 1),
                    template: ContainerTemplate(image: "i")
                )
        )
        #expect(manifest.volumes == [VolumeSpec(name: try VolumeName("v"))])
        #expect(manifest.intent == nil)
    }

    @Test("a secret is read, and no problem with it quotes it")
    func secrets() throws {
        let manifest = try manifest(
            "namespace = \"a\"\n[[services]]\nname = \"s\"\ntemplate.image = \"i\"\n"
                + "template.env = { A = \"x\", B = { secret = \"hidden\" }, C = { stored = \"s-0123456789abcdef\" } }"
        )
        let tag = try SecretTag("s-0123456789abcdef")
        #expect(
            manifest.services.first?.template.env
                == ["A": "x", "B": .secret(Secret("hidden")), "C": .stored(tag)]
        )
        let document = { (value: String) in
            "namespace = \"a\"\n[[services]]\nname = \"s\"\ntemplate.image = \"i\"\ntemplate.env.B = { \(value) }"
        }
        let path = "services[0].template.env.B"
        let cases = [
            ("secret = \"hidden\\u0000\"", "\(path).secret: must be a text of at most 32768 bytes, without NUL"),
            ("secret = hidden", "line 5: a secret is a string in quotes"),
            ("secret = 0123", "line 5: a secret is a string in quotes"),
            ("secret = \"hidden\", stored = \"s-0123456789abcdef\"", "\(path): must have exactly one of"),
            ("secrt = \"hidden\"", "\(path).secrt: unknown field; did you mean 'secret'?"),
        ]
        for (value, problem) in cases {
            let found = problems(in: document(value))
            #expect(found.first?.hasPrefix(problem) == true, "\(found)")
            #expect(!found.contains { $0.contains("hidden") || $0.contains("0123 ") })
        }
    }

    @Test("all structural problems are reported at once, in the order of the fields")
    func collectsEverything() {
        let found = problems(
            in: """
                {"namespce": "shop", "services": [
                  {"name": "Redis", "placement": "everywhere",
                   "template": {"image": 7, "mounts": [
                     {"source": "tmpfs", "target": "/a"},
                     {"source": {"volume": "data", "bind": "/x"}, "target": "data"}],
                     "stop_grace_period": "10", "pull_policy": "alwys", "env": {"A B": "x", "C": 1}}},
                  {"template": {"image": "x"}, "service_ports": [{"port": 0}, {"port": 65536}], "restart": "no"}],
                 "volumes": [{"name": "data", "quota": "1GB", "mode": "888", "owner": "redis"}],
                 "intent": {"services": [{"service": "redis", "intent": {"move": {"from_machine": "m1"}}}]},
                 "generation": "3"}
                """,
            as: .json
        )
        let label = "a name of 1 to 63 characters a-z, 0-9 and '-', starting with a letter, not ending with '-'"
        #expect(
            found == [
                "namespce: unknown field; did you mean 'namespace'?",
                "namespace: is required",
                "services[0].name: must be \(label), not \"Redis\"",
                "services[0].placement: must be \"global\" or a table, not \"everywhere\"",
                "services[0].template.image: must be a string: an image reference or ID, without spaces, not an integer",
                "services[0].template.env[\"A B\"]: the name must be a name of at most 256 characters A-Z, a-z, 0-9, "
                    + "'_', '.' and '-', not starting with a digit",
                "services[0].template.env.C: must be a string: a text of at most 32768 bytes, without NUL, not an integer",
                "services[0].template.mounts[1].source: must have exactly one of volume, bind, and has volume and bind",
                "services[0].template.mounts[1].target: must be an absolute path without '..', of at most 1024 bytes, "
                    + "not \"data\"",
                "services[0].template.stop_grace_period: must be a time of 0s to 1h, such as \"10s\", not \"10\"",
                "services[0].template.pull_policy: must be \"missing\", \"always\" or \"never\", not \"alwys\"; "
                    + "did you mean 'always'?",
                "services[1].name: is required",
                "services[1].service_ports[0].port: must be 1 to 65535, not 0",
                "services[1].service_ports[1].port: must be 1 to 65535, not 65536",
                "volumes[0].quota: must be a size of at least 1MiB, such as \"10GiB\", not \"1GB\"",
                "volumes[0].mode: must be three or four octal digits in quotes, such as \"0750\", not \"888\"",
                "volumes[0].owner: must be uid:gid in numbers, such as \"999:999\", not \"redis\"",
                "intent.services[0].intent.move.from_machine: must be a machine's ID, m- and 16 hexadecimal digits, "
                    + "not \"m1\"",
                "intent.services[0].intent.move.to_machine: is required",
                "generation: must be an integer, 1 to 9223372036854775807, not a string",
            ]
        )
    }

    @Test(
        "one field that is wrong is named",
        arguments: [
            ("replicas = 2", "services[0].replicas: unknown field"),
            ("placement = 3", "services[0].placement: must be \"global\" or a table, not an integer"),
            ("placement.replicated.count = 0", "services[0].placement.replicated.count: must be 1 to 100, not 0"),
            ("placement.replicated = {}", "services[0].placement.replicated.count: is required"),
            (
                "candidate_network = \"open\"",
                "services[0].candidate_network: must be \"sealed\" or \"egress\", not \"open\""
            ),
            ("network = \"host\"", "services[0].network: must be \"overlay\", not \"host\""),
            (
                "labels.\"ployz.x\" = \"\"",
                "services[0].labels[\"ployz.x\"]: the name must be 1 to 128 characters A-Z, a-z, 0-9, "
                    + "'_', '.', '/' and '-', not starting with 'ployz.'"
            ),
            ("restart = true", "services[0].restart: must be \"no\", \"on-failure\" or \"always\", not a boolean"),
            ("readiness = {}", "services[0].readiness: must have exactly one of http, tcp, exec, and has none"),
            (
                "readiness = { tcp = { port = 1 }, exec = { command = [\"x\"] } }",
                "services[0].readiness: must have exactly one of http, tcp, exec, and has tcp and exec"
            ),
            ("readiness.exec.command = []", "services[0].readiness.exec.command: must have at least 1 element"),
            (
                "readiness.http = { port = 80, path = \"up\" }",
                "services[0].readiness.http.path: must be a path that starts with '/', without spaces, not \"up\""
            ),
            (
                "readiness = { tcp = { port = 80 }, timeout = \"2h\" }",
                "services[0].readiness.timeout: must be a time of 100ms to 1h, such as \"30s\", not \"2h\""
            ),
            (
                "routes = [{ host = \"Shop.com\", port = 80 }]",
                "services[0].routes[0].host: must be a host name such as shop.example.com, not \"Shop.com\""
            ),
            ("publish = [{ port = 80 }]", "services[0].publish[0].target: is required"),
            (
                "service_ports = [{ port = 80, protocol = \"sctp\" }]",
                "services[0].service_ports[0].protocol: must be \"tcp\" or \"udp\", not \"sctp\"; did you mean 'tcp'?"
            ),
            (
                "template.resources.memory = \"1MiB\"",
                "services[0].template.resources.memory: must be a size of at least 6MiB, such as \"512MiB\", not \"1MiB\""
            ),
            ("template.resources.cpus = 0", "services[0].template.resources.cpus: must be 0.01 to 1024.0, not 0.0"),
            (
                "template.resources.cpus = \"1\"",
                "services[0].template.resources.cpus: must be a number, 0.01 to 1024.0, not a string"
            ),
            ("template.resources.pids = -1", "services[0].template.resources.pids: must be 1 to 4194304, not -1"),
            (
                "template.sysctls.\"vm.swappiness\" = \"1\"",
                "services[0].template.sysctls[\"vm.swappiness\"]: the name must be a sysctl of a container, "
                    + "such as net.core.somaxconn"
            ),
            (
                "template.user = \"a:b:c\"",
                "services[0].template.user: must be a user, or user:group, by name or number, not \"a:b:c\""
            ),
            (
                "template.cap_add = [\"net_admin\"]",
                "services[0].template.cap_add[0]: must be a capability such as NET_ADMIN, or ALL, not \"net_admin\""
            ),
            ("template.command = \"redis-server\"", "services[0].template.command: must be a list, not a string"),
            (
                "template.mounts = [{ source = \"memory\", target = \"/x\" }]",
                "services[0].template.mounts[0].source: must be \"tmpfs\" or a table, not \"memory\""
            ),
            (
                "template.mounts = [{ source = { bind = \"/a/../b\" }, target = \"/x\" }]",
                "services[0].template.mounts[0].source.bind: must be an absolute path without '..', of at most 1024 bytes, "
                    + "not \"/a/../b\""
            ),
            (
                "template.mounts = [{ source = \"tmpfs\", target = \"/\" }]",
                "services[0].template.mounts[0].target: must be an absolute path without '..', of at most 1024 bytes, "
                    + "not \"/\""
            ),
        ]
    )
    func namesTheField(field: String, expected: String) {
        let found = problems(in: "namespace = \"a\"\n[[services]]\nname = \"s\"\ntemplate.image = \"i\"\n\(field)")
        #expect(found == [expected])
    }

    @Test("lists are bounded and what is beyond the bound is not looked at")
    func boundsLists() {
        let volumes = (0...100).map { "[[volumes]]\nname = \"\($0 < 100 ? "v\($0)" : "WRONG")\"\n" }.joined()
        #expect(
            problems(in: "namespace = \"a\"\n\(volumes)") == ["volumes: has 101 elements, at most 100 are allowed"]
        )
    }

    @Test("a number of bytes and null are taken for what they mean")
    func takesNumbersForSizes() throws {
        let manifest = try manifest(
            "{\"namespace\": \"a\", \"volumes\": [{\"name\": \"v\", \"quota\": 1048576, \"mode\": null}]}",
            as: .json
        )
        #expect(manifest.volumes.first?.quota == Capacity(bytes: 1 << 20))
        #expect(manifest.volumes.first?.mode == .default)
    }

    @Test("the error of the command line names the line and is a usage error")
    func becomesError() throws {
        let text = "namespace = \"a\"\n\n[[volumes]]\nname = \"v\"\nscop = \"single\"\nquota = \"x\""
        let error = try #require(throws: InvalidDocument.self) { try manifest(text) }.error(source: "shop.toml")
        #expect(error.code.exitStatus == 2)
        #expect(error.message == "volumes[0].scop: unknown field; did you mean 'scope'? (line 5)")
        #expect(
            error.others.map(\.message) == [
                "volumes[0].quota: must be a size of at least 1MiB, such as \"10GiB\", not \"x\" (line 6)"
            ]
        )
    }
}
