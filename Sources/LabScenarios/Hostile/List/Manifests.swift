import PloyzModel

extension HostileLine {
    /// Manifests that an operator was talked into: `deploy preview` of each. Every value of a field must be refused.
    static let manifests: [HostileLine] =
        [
            field("namespace", paths + ["-o", "a\\nb", "a;b", "a\\u0000b"], needs: [.fields, .names]) {
                manifest(namespace: $0)
            },
            field("service", paths + ["--privileged", "$(reboot)", "a b"], needs: [.fields, .names]) {
                manifest(service: $0)
            },
            field("volume", paths + ["-o", "data@x", "tank/ployz"], needs: [.fields, .names]) {
                manifest(template: "mounts = [{ source = { volume = \"\($0)\" }, target = \"/d\" }]", volume: $0)
            },
            field("machine to move to", ["-m", "../m2", "m2;reboot"]) {
                let move = "{ move = { from_machine = \"m-0000000000000001\", to_machine = \"\($0)\" } }"
                return manifest(end: "[[intent.services]]\nservice = \"web\"\nintent = \(move)")
            },
            field("image", ["-o", "--privileged", "a b", "a\\nb"], needs: [.fields]) { manifest(image: $0) },
            field("name in env", ["A=B", "-A", "A\\nLD_PRELOAD", "1A"], needs: [.fields]) {
                manifest(template: "env = { \"\($0)\" = \"x\" }")
            },
            field("sysctl", ["kernel.core_pattern", "vm.swappiness", "net.../../kernel.panic"], needs: [.fields]) {
                manifest(template: "sysctls = { \"\($0)\" = \"x\" }")
            },
            field("mount's target", ["../../etc", "/a/../../etc", "a", "/a\\nb"], needs: [.fields]) {
                manifest(template: "mounts = [{ source = \"tmpfs\", target = \"\($0)\" }]")
            },
            field("bind mount's source", ["../../etc", "/x/../etc", "-v"], needs: [.fields]) {
                manifest(template: "mounts = [{ source = { bind = \"\($0)\" }, target = \"/d\" }]")
            },
            field("label", ["ployz.owner", "a b", "a\\nb", "a=b"], needs: [.fields]) {
                manifest(service: "web", more: "labels = { \"\($0)\" = \"x\" }")
            },
            field("user", ["-u", "root;id", "a:b:c"], needs: [.fields]) { manifest(template: "user = \"\($0)\"") },
            field("capability", ["--privileged", "net_admin", "ALL,"], needs: [.fields]) {
                manifest(template: "cap_add = [\"\($0)\"]")
            },
            field("published name", paths + ["-o", "A B"], needs: [.fields, .names]) {
                manifest(more: "service_ports = [{ name = \"\($0)\", port = 80 }]")
            },
            field("route's host (HAProxy)", ["x\\n    server evil 192.0.2.1:80", "x }", "a b", "*"], needs: []) {
                manifest(more: "routes = [{ host = \"\($0)\", port = 80 }]")
            },
            field("route's path (HAProxy)", ["/x y", "/x\\nuse_backend evil", "x"], needs: []) {
                manifest(more: "routes = [{ host = \"a.example\", path = \"\($0)\", port = 80 }]")
            },
            field("volume's owner and mode", ["0;id", "-1:0", "root:root"], needs: []) {
                manifest(end: "[[volumes]]\nname = \"data\"\nowner = \"\($0)\"")
            },
            refused("numbers that no machine has", "invalid-manifest") {
                "namespace = \"x\"\ngeneration = 1" + String(repeating: "0", count: 100_000)
            },
            refused("100,000 keys", "invalid-manifest") { (0..<100_000).map { "k\($0)=1" }.joined(separator: "\n") },
        ] + [
            HostileLine(
                stranger: .author,
                attempt: "a manifest with 500,000 lists inside each other",
                refusal: ["inside each other"],
                count: .daemon(["invalid-manifest"]),
                guards: [.depth],
                // Without the guard the daemon's stack overflows: nobody answers any more.
                unguarded: { stage in
                    let attempt = try await preview(deep, stage)
                    let isDead = try await !stage.isRunning()
                    if isDead { try await stage.start() }
                    return Attempt(refused: !isDead, isDead ? "the daemon died" : attempt.detail)
                },
                attack: { try await preview(deep, $0) }
            ),
            HostileLine(
                stranger: .author,
                attempt: "a manifest of 2 MiB, past ployzctl",
                refusal: ["more than 1048576"],
                count: .daemon(["invalid-manifest"]),
                control: { try await preview(manifest(), $0) },
                attack: { stage in
                    let body = "{\"document\":\"# @\",\"format\":\"toml\",\"limits\":{}}"
                    let call = ["unix", "/run/ployz/ployzd.sock", "--path", "/v1/deployments/preview", "--body", body]
                    return try await stage.asRoot(of: "m1", call + ["--fill", String(2 << 20)])
                }
            ),
            HostileLine(
                stranger: .author,
                attempt: "names on the command line: '-o', '../../x', '$(id)'",
                refusal: ["usage", "Error", "unknown"],
                count: .nobody("ployzctl"),
                attack: { stage in
                    var last = Attempt(refused: true, "")
                    for name in ["../../x", "$(id)", "a\nb"] {
                        for command in [["migrate", "apply", name, "--to", "m2"], ["machine", "drain", name]] {
                            last = try await stage.operate(command)
                            guard last.refused else { return last }
                        }
                    }
                    return last
                }
            ),
        ]

    private static let paths = ["../../etc", "/etc", "a/b", "."]
    private static let deep = "namespace = " + String(repeating: "[", count: 500_000)

    private static func field(
        _ name: String,
        _ values: [String],
        needs guards: [Guard] = [],
        _ text: @escaping @Sendable (String) -> String
    ) -> HostileLine {
        let control: (@Sendable (HostileStage) async throws -> Attempt)? = { try await preview(manifest(), $0) }
        return HostileLine(
            stranger: .author,
            attempt: "a manifest's \(name): " + values.map { "'\($0)'" }.joined(separator: " "),
            refusal: ["invalid-manifest"],
            count: .daemon(["invalid-manifest"]),
            guards: guards,
            control: guards.isEmpty ? control : nil,
            unguarded: { try await preview(text(values[0]), $0) },
            attack: { stage in
                var last = Attempt(refused: true, "")
                for value in values {
                    last = try await preview(text(value), stage)
                    guard last.refused else { return Attempt(refused: false, "'\(value)' was taken") }
                }
                return last
            }
        )
    }

    private static func refused(
        _ what: String,
        _ words: String,
        _ text: @escaping @Sendable () -> String
    ) -> HostileLine {
        HostileLine(
            stranger: .author,
            attempt: "a manifest: \(what)",
            refusal: [words],
            count: .daemon(["invalid-manifest"]),
            control: { try await preview(manifest(), $0) },
            attack: { try await preview(text(), $0) }
        )
    }

    private static func preview(_ manifest: String, _ stage: HostileStage) async throws -> Attempt {
        try await stage.operate(["deploy", "preview", "-f", "-", "--format", "toml"], input: manifest)
    }

    private static func manifest(
        namespace: String = "x",
        service: String = "web",
        image: String = "x",
        more: String = "",
        template: String = "",
        volume: String? = nil,
        end: String = ""
    ) -> String {
        """
        namespace = "\(namespace)"

        [[services]]
        name = "\(service)"
        \(more)

        [services.template]
        image = "\(image)"
        \(template)
        \(volume.map { "\n[[volumes]]\nname = \"\($0)\"" } ?? "")
        \(end)
        """
    }
}
