import PloyzModel

/// The manifest's fields, their types, bounds and defaults; `docs/manifest.md` says the same in prose.
extension Schema {
    package static let manifest = Schema.table(
        TableSchema([
            .required("namespace", .text(.label)),
            .field("services", .list(of: service, count: 0...100), defaultsTo: .array([])),
            .field("volumes", .list(of: volume, count: 0...100), defaultsTo: .array([])),
            .optional("intent", intent),
            .optional("generation", .integer(1...Int64.max)),
        ])
    )

    // MARK: Services

    static let service = Schema.table(
        TableSchema([
            .required("name", .text(.label)),
            .field("placement", .word("global", or: replicated), defaultsTo: placedOnce),
            .required("template", template),
            .optional("candidate_network", .choice(CandidateNetwork.allCases.map(\.rawValue))),
            .optional("network", .choice(["overlay"])),
            .field("service_ports", .list(of: servicePort, count: 0...100), defaultsTo: .array([])),
            .field("publish", .list(of: publishedPort, count: 0...100), defaultsTo: .array([])),
            .field("routes", .list(of: route, count: 0...100), defaultsTo: .array([])),
            .optional("readiness", readiness),
            .field("labels", .map(names: .labelName, values: .text(.argument), most: 100), defaultsTo: .object([])),
            .field("restart", .choice(RestartPolicy.allCases.map(\.rawValue)), defaultsTo: .string("always")),
        ])
    )

    private static let placedOnce = DocumentValue.Content.object([
        DocumentMember("replicated", DocumentValue(.object([DocumentMember("count", DocumentValue(.integer(1)))])))
    ])

    private static let replicated = Schema.table(
        TableSchema([.required("replicated", .table(TableSchema([.required("count", .integer(1...100))])))])
    )

    private static let template = Schema.table(
        TableSchema([
            .required("image", .text(.image)),
            .optional("command", .list(of: .text(.argument), count: 0...256)),
            .optional("entrypoint", .list(of: .text(.argument), count: 0...256)),
            .field("env", .map(names: .environmentName, values: variable, most: 500), defaultsTo: .object([])),
            .field("mounts", .list(of: mount, count: 0...64), defaultsTo: .array([])),
            .optional("user", .text(.user)),
            .field("cap_add", .list(of: .text(.capability), count: 0...64), defaultsTo: .array([])),
            .field("cap_drop", .list(of: .text(.capability), count: 0...64), defaultsTo: .array([])),
            .field("stop_grace_period", .text(.grace), defaultsTo: text(ContainerTemplate.defaultStopGracePeriod)),
            .field("pull_policy", .choice(PullPolicy.allCases.map(\.rawValue)), defaultsTo: .string("missing")),
            .optional("resources", resources),
            .field("sysctls", .map(names: .sysctl, values: .text(.argument), most: 100), defaultsTo: .object([])),
        ])
    )

    private static let variable = Schema.either(
        .argument,
        or: .table(
            TableSchema(
                [.optional("secret", .secret(.argument)), .optional("stored", .text(.secretTag))],
                exactlyOneOf: ["secret", "stored"]
            )
        )
    )

    private static let mount = Schema.table(
        TableSchema([
            .required("source", .word("tmpfs", or: mountSource)),
            .required("target", .text(.absolutePath)),
            .field("readonly", .bool, defaultsTo: .bool(false)),
        ])
    )

    private static let mountSource = Schema.table(
        TableSchema(
            [.optional("volume", .text(.label)), .optional("bind", .text(.absolutePath))],
            exactlyOneOf: ["volume", "bind"]
        )
    )

    private static let resources = Schema.table(
        TableSchema([
            .optional("memory", .text(.memory)),
            .optional("cpus", .number(0.01...1024)),
            .optional("pids", .integer(1...4_194_304)),
        ])
    )

    private static let port = Schema.integer(1...65535)
    private static let transport = Schema.choice(TransportProtocol.allCases.map(\.rawValue))

    private static let servicePort = Schema.table(
        TableSchema([
            .optional("name", .text(.label)),
            .required("port", port),
            .field("protocol", transport, defaultsTo: .string("tcp")),
        ])
    )

    private static let publishedPort = Schema.table(
        TableSchema([
            .required("port", port),
            .required("target", port),
            .field("protocol", transport, defaultsTo: .string("tcp")),
        ])
    )

    private static let route = Schema.table(
        TableSchema([
            .required("host", .text(.host)),
            .field("path", .text(.urlPath), defaultsTo: .string("/")),
            .required("port", port),
        ])
    )

    private static let readiness = Schema.table(
        TableSchema(
            [
                .optional(
                    "http",
                    .table(
                        TableSchema([
                            .required("port", port),
                            .field("path", .text(.urlPath), defaultsTo: .string("/")),
                        ])
                    )
                ),
                .optional("tcp", .table(TableSchema([.required("port", port)]))),
                .optional(
                    "exec",
                    .table(TableSchema([.required("command", .list(of: .text(.argument), count: 1...256))]))
                ),
                .field("timeout", .text(.timeout), defaultsTo: text(Readiness.defaultTimeout)),
            ],
            exactlyOneOf: ["http", "tcp", "exec"]
        )
    )

    // MARK: Volumes

    static let volume = Schema.table(
        TableSchema([
            .required("name", .text(.label)),
            .field("scope", .choice(VolumeScope.allCases.map(\.rawValue)), defaultsTo: .string("single")),
            .optional("quota", .text(.quota)),
            .field("mode", .text(.mode), defaultsTo: text(FileMode.default)),
            .field("owner", .text(.ownership), defaultsTo: text(Ownership.root)),
        ])
    )

    // MARK: Intent

    private static let intent = Schema.table(
        TableSchema([
            .field("services", .list(of: serviceIntent, count: 0...200), defaultsTo: .array([])),
            .field("volumes", .list(of: volumeIntent, count: 0...200), defaultsTo: .array([])),
        ])
    )

    private static let serviceIntent = Schema.table(
        TableSchema([
            .required("service", .text(.label)),
            .field("instance", .integer(0...99), defaultsTo: .integer(0)),
            .required("intent", move),
        ])
    )

    private static let volumeIntent = Schema.table(
        TableSchema([.required("volume", .text(.label)), .required("intent", move)])
    )

    private static let move = Schema.table(
        TableSchema([
            .required(
                "move",
                .table(
                    TableSchema([
                        .required("from_machine", .text(.machine)),
                        .required("to_machine", .text(.machine)),
                    ])
                )
            )
        ])
    )

    private static func text(_ value: some CustomStringConvertible) -> DocumentValue.Content {
        .string(value.description)
    }
}
