import PloyzManifest
import PloyzModel
import Testing

@Suite("The manifest's rules")
struct RuleTests {
    /// A service of the namespace `shop` with some fields of its own.
    private static func service(_ name: String, _ fields: String = "", mounts: String = "") -> String {
        """
        [[services]]
        name = "\(name)"
        template = { image = "x", mounts = [\(mounts)] }
        \(fields)

        """
    }

    private static func mount(_ volume: String, _ target: String = "/data") -> String {
        "{ source = { volume = \"\(volume)\" }, target = \"\(target)\" }"
    }

    private static let data = "[[volumes]]\nname = \"data\"\n"
    private static let shared = "[[volumes]]\nname = \"data\"\nscope = \"shared\"\n"

    private static func move(_ from: Int, _ to: Int) -> String {
        "intent = { move = { from_machine = \"m-000000000000000\(from)\", to_machine = \"m-000000000000000\(to)\" } }"
    }

    private static let broken: [(String, [String])] = [
        ("", ["services: a manifest must have at least one service or volume"]),
        (service("a") + service("a"), ["services[1].name: 'a' is the name of services[0] already"]),
        (data + data, ["volumes[1].name: 'data' is the name of volumes[0] already"]),
        ("generation = 3\n" + data, ["generation: is only for a manifest with an intent"]),
        (
            service("a", mounts: mount("dat")) + data,
            ["services[0].template.mounts[0].source.volume: no volume 'dat' is declared; did you mean 'data'?"]
        ),
        (
            service("a", mounts: mount("data", "/x/") + ", " + mount("data", "//x")) + data,
            ["services[0].template.mounts[1].target: services[0].template.mounts[0] has the same target"]
        ),
        (
            service("a", "placement = \"global\"", mounts: mount("data")) + data,
            ["services[0].placement: a global service cannot mount the volume 'data', which is on one machine"]
        ),
        (
            service("a", "placement.replicated.count = 2", mounts: mount("data")) + shared,
            ["services[0].placement.replicated.count: must be 1, not 2: the service mounts the volume 'data'"]
        ),
        (
            service("a", mounts: mount("data")) + service("b", mounts: mount("data")) + data,
            [
                "services[1].template.mounts[0].source.volume: the volume 'data' is mounted by 'a' already; its scope "
                    + "must be \"shared\" for both"
            ]
        ),
        (
            service("a", "service_ports = [{ name = \"x\", port = 1 }, { name = \"x\", port = 1 }]"),
            [
                "services[0].service_ports[1].port: 1/tcp is in services[0].service_ports[0] already",
                "services[0].service_ports[1].name: 'x' is the name of services[0].service_ports[0] already",
            ]
        ),
        (
            service("a", "service_ports = [{ port = 1 }]\npublish = [{ port = 9, target = 1, protocol = \"udp\" }]"),
            ["services[0].publish[0].protocol: only TCP ports can be published"]
        ),
        (
            service("a", "service_ports = [{ port = 1 }]\npublish = [{ port = 9, target = 2 }]"),
            ["services[0].publish[0].target: 2/tcp is none of the service_ports"]
        ),
        (
            service("a", "service_ports = [{ port = 1 }]\npublish = [{ port = 9, target = 1 }]")
                + service("b", "service_ports = [{ port = 2 }]\npublish = [{ port = 9, target = 2 }]"),
            ["services[1].publish[0].port: 9/tcp is published by services[0].publish[0] already"]
        ),
        (
            service("a", "routes = [{ host = \"h\", port = 1 }]"),
            ["services[0].routes[0].port: 1/tcp is none of the service_ports"]
        ),
        (
            service(
                "a",
                "service_ports = [{ port = 1 }, { port = 2 }]\n"
                    + "routes = [{ host = \"h\", port = 1 }, { host = \"h\", port = 2 }]"
            ),
            ["services[0].routes[1]: h/ is the route of services[0].routes[0] already"]
        ),
        (
            service("a", "service_ports = [{ port = 53, protocol = \"udp\" }]\nreadiness.tcp.port = 53"),
            ["services[0].readiness.tcp.port: 53 is a UDP port, which this probe cannot reach"]
        ),
        (
            service("a", "readiness.exec.command = [\"\"]"),
            ["services[0].readiness.exec.command[0]: must name a program"]
        ),
        (service("a") + "[intent]\n", ["intent: asks for nothing; leave it out"]),
        (
            service("redis") + "[[intent.services]]\nservice = \"rdis\"\n" + move(1, 2),
            ["intent.services[0].service: no service 'rdis' is declared; did you mean 'redis'?"]
        ),
        (
            service("a") + "[[intent.services]]\nservice = \"a\"\ninstance = 1\n" + move(1, 1),
            [
                "intent.services[0].intent.move.to_machine: must be another machine than from_machine",
                "intent.services[0].instance: 'a' has the instances 0 to 0",
            ]
        ),
        (
            service("a", "placement = \"global\"") + "[[intent.services]]\nservice = \"a\"\n" + move(1, 2),
            ["intent.services[0].service: 'a' is global and cannot move"]
        ),
        (
            service("a") + "[[intent.services]]\nservice = \"a\"\n\(move(1, 2))\n"
                + "[[intent.services]]\nservice = \"a\"\n\(move(1, 2))\n",
            ["intent.services[1].service: 'a' instance 0 is moved twice"]
        ),
        (
            service("a", mounts: mount("data")) + data + "[[intent.services]]\nservice = \"a\"\n" + move(1, 2),
            ["intent.services[0].service: 'a' mounts the volume 'data', which needs the same intent"]
        ),
        (
            service("a", mounts: mount("data")) + service("b", mounts: mount("data")) + shared
                + "[[intent.services]]\nservice = \"a\"\n\(move(1, 2))\n[[intent.volumes]]\nvolume = \"data\"\n\(move(1, 2))\n",
            ["intent.volumes[0].volume: 'data' is mounted by the service 'b', which needs the same intent"]
        ),
        (
            service("a") + "[[intent.volumes]]\nvolume = \"dta\"\n" + move(1, 2) + "\n" + data,
            [
                "intent.volumes[0].volume: no volume 'dta' is declared; did you mean 'data'?",
                "intent.volumes[0].volume: no service of the manifest mounts 'dta'",
            ]
        ),
    ]

    @Test("a broken rule is named with its path", arguments: broken)
    func namesBrokenRule(text: String, expected: [String]) {
        #expect(problems(in: "namespace = \"shop\"\n" + text) == expected)
    }

    @Test("broken rules of several parts are all reported")
    func collectsEverything() {
        let text =
            Self.service("a", "placement.replicated.count = 3", mounts: Self.mount("x"))
            + Self.service("a", "publish = [{ port = 1, target = 2 }]")
        #expect(problems(in: "namespace = \"shop\"\ngeneration = 1\n" + text).count == 5)
    }

    @Test("a service with a bind mount may be deployed")
    func allowsBindMounts() {
        let mount = "{ source = { bind = \"/etc/x\" }, target = \"/x\" }"
        #expect(problems(in: "namespace = \"shop\"\n" + Self.service("a", mounts: mount)) == [])
    }

    @Test("a volume that the cluster has need not be declared, and its scope counts")
    func seesTheCluster() throws {
        let volume = VolumeSpec(name: try VolumeName("data"), scope: .single)
        let known = KnownVolumes.cluster([try VolumeRef("shop/data"): volume])
        let text = "namespace = \"shop\"\n" + Self.service("a", mounts: Self.mount("data"))
        #expect(problems(in: text, known: known) == [])
        #expect(problems(in: text, known: .unseen) == [])
        #expect(problems(in: text + Self.service("b", mounts: Self.mount("data")), known: known).count == 1)
        #expect(
            problems(in: "namespace = \"shop\"\n" + Self.service("a", mounts: Self.mount("dato")), known: known) == [
                "services[0].template.mounts[0].source.volume: no volume 'dato' is declared; did you mean 'data'?"
            ]
        )
    }

    @Test("a manifest that came as a value is held against the same schema and rules")
    func checksValues() throws {
        var manifest = try manifest("namespace = \"shop\"\n" + Self.service("a"))
        try ManifestReader.check(manifest, known: .onlyDeclared)
        manifest.services[0].template.image = "-x y"
        let error = #expect(throws: InvalidDocument.self) { try ManifestReader.check(manifest, known: .onlyDeclared) }
        #expect(
            error?.description
                == "services[0].template.image: must be an image reference or ID, without spaces, not \"-x y\""
        )
    }
}
