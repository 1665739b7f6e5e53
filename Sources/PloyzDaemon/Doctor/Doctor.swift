import Foundation
package import PloyzAPI
import PloyzModel
import PloyzOverlay

/// Looks at what a machine needs before it can be part of a cluster, and says what is missing and what brings it.
///
/// It only looks: nothing is loaded, made or started. Package names are those of Debian 12.
package struct Doctor: Sendable {
    private let configuration: DaemonConfiguration
    private let machine: any MachineUnderExamination

    init(configuration: DaemonConfiguration, machine: any MachineUnderExamination) {
        self.configuration = configuration
        self.machine = machine
    }

    /// What is found on this machine with the configuration that the daemon would read.
    package static func examineThisMachine(
        configurationPath: String?,
        environment: [String: String]
    ) async -> DoctorReport {
        do {
            let configuration = try DaemonConfiguration.read(path: configurationPath, environment: environment)
            let path = configurationPath ?? ConfigurationReader.defaultPath
            let valid = DoctorFinding("configuration", .ok, "\(path) and the environment are valid")
            let doctor = Doctor(configuration: configuration, machine: ThisMachine())
            return DoctorReport(findings: [valid] + (await doctor.examine()))
        } catch {
            let errors = (error as? PloyzError).map { [$0] + $0.others } ?? [PloyzError(describing: error)]
            return DoctorReport(
                findings: errors.map { error in
                    DoctorFinding("configuration", .problem, error.message, next: "ployzd check-config")
                }
            )
        }
    }

    /// Everything that is looked at, in the order in which it is needed.
    func examine() async -> [DoctorFinding] {
        var findings = Self.programs.map(find)
        findings.append(sandboxProgram())
        findings.append(etcd())
        findings.append(serving("dnsmasq", at: configuration.dnsmasqProgram, "services' names", "dnsmasq-base"))
        findings.append(serving("haproxy", at: configuration.haproxyProgram, "published ports and routes", "haproxy"))
        findings.append(await docker())
        if let appArmor = appArmor() { findings.append(appArmor) }
        findings.append(await firewall())
        findings.append(await sources())
        findings.append(await wireGuard())
        findings += await volumes()
        findings.append(stateDirectory())
        if let unit = await unit() { findings.append(unit) }
        return findings
    }

    // MARK: Programs

    private static let programs: [(program: String, package: String)] = [
        ("ip", "iproute2"), ("nft", "nftables"), ("iptables-save", "iptables"), ("iptables-restore", "iptables"),
        ("nsenter", "util-linux"), ("sysctl", "procps"), ("wg", "wireguard-tools"),
    ]

    private func find(_ wanted: (program: String, package: String)) -> DoctorFinding {
        machine.has(wanted.program)
            ? DoctorFinding(wanted.program, .ok, "installed")
            : DoctorFinding(wanted.program, .problem, "not installed", next: Self.install(wanted.package))
    }

    private static func install(_ packages: String) -> String { "apt-get install \(packages)" }

    private func sandboxProgram() -> DoctorFinding {
        let path = configuration.sandboxProgram
        guard let problem = machine.sandboxProblem(path) else {
            return DoctorFinding("sandbox", .ok, "\(path) is static")
        }
        return DoctorFinding("sandbox", .problem, problem.message, next: Self.install("busybox-static"))
    }

    private func etcd() -> DoctorFinding {
        let path = configuration.etcdProgram
        guard machine.kind(of: path) == .program else {
            return DoctorFinding(
                "etcd",
                .warning,
                "\(path) is not there: this machine can join a cluster, not found one",
                next: Self.install("etcd-server")
            )
        }
        return DoctorFinding("etcd", .ok, path)
    }

    private func serving(_ check: String, at path: String, _ what: String, _ package: String) -> DoctorFinding {
        machine.kind(of: path) == .program
            ? DoctorFinding(check, .ok, path)
            : DoctorFinding(check, .warning, "\(path) is not there: no \(what) here", next: Self.install(package))
    }

    // MARK: Services

    /// The oldest Docker Engine that is used: its API 1.41 is what ``DockerEngine`` speaks.
    private static let oldestDocker = (major: 20, minor: 10)

    private func docker() async -> DoctorFinding {
        let socket = configuration.dockerSocket
        guard machine.kind(of: socket) != .nothing else {
            return DoctorFinding(
                "docker",
                .problem,
                "nothing listens at \(socket)",
                next: machine.has("dockerd") ? "systemctl start docker" : Self.install("docker.io")
            )
        }
        do {
            let version = try await machine.dockerVersion(socket: socket)
            let numbers = version.split(separator: ".").prefix(2).compactMap { Int($0) }
            if numbers.count == 2, (numbers[0], numbers[1]) < (Self.oldestDocker.major, Self.oldestDocker.minor) {
                let oldest = "\(Self.oldestDocker.major).\(Self.oldestDocker.minor)"
                return DoctorFinding(
                    "docker",
                    .problem,
                    "\(version) is older than \(oldest)",
                    next: Self.install("docker.io")
                )
            }
            return DoctorFinding("docker", .ok, "\(version) answers at \(socket)")
        } catch {
            return DoctorFinding(
                "docker",
                .problem,
                PloyzError(describing: error).message,
                // The socket of a Docker that was removed may still be there.
                next: machine.has("dockerd") ? "systemctl restart docker" : Self.install("docker.io")
            )
        }
    }

    /// Docker starts no container where the kernel has AppArmor and nothing loads its profile; Debian's docker.io only
    /// recommends the package. nil where the kernel has none, or has it switched off.
    private func appArmor() -> DoctorFinding? {
        guard machine.kind(of: "/sys/kernel/security/apparmor") != .nothing else { return nil }
        return machine.has("apparmor_parser")
            ? DoctorFinding("apparmor", .ok, "in the kernel, with apparmor_parser")
            : DoctorFinding(
                "apparmor",
                .problem,
                "the kernel has it, and Docker starts no container without apparmor_parser",
                next: Self.install("apparmor")
            )
    }

    private func firewall() async -> DoctorFinding {
        guard machine.has("nft") else {
            return DoctorFinding("firewall", .problem, "nft is missing", next: Self.install("nftables"))
        }
        let result = await machine.run("nft", ["list", "tables"])
        guard let result, result.status == 0 else {
            return DoctorFinding(
                "firewall",
                .problem,
                Self.complaint(of: result, from: "nft"),
                next: "run this as root, on a kernel with nf_tables"
            )
        }
        return DoctorFinding("firewall", .ok, "nf_tables answers")
    }

    /// Whether instances can be kept from sending with others' addresses.
    private func sources() async -> DoctorFinding {
        let result = await machine.run("nft", ["--check", "add", "table", "bridge", "ployz"])
        guard let result, result.status == 0, machine.has("bridge") else {
            return DoctorFinding(
                "sources",
                .warning,
                "instances here could send with others' addresses: "
                    + (machine.has("bridge") ? Self.complaint(of: result, from: "nft") : "bridge is not installed"),
                next: "a kernel with CONFIG_NF_TABLES_BRIDGE, and iproute2"
            )
        }
        return DoctorFinding("sources", .ok, "nf_tables filters bridges")
    }

    private func wireGuard() async -> DoctorFinding {
        if machine.kind(of: "/sys/module/wireguard") != .nothing {
            return DoctorFinding("wireguard", .ok, "in the kernel")
        }
        if let result = await machine.run("modprobe", ["--dry-run", "--quiet", "wireguard"]), result.status == 0 {
            return DoctorFinding("wireguard", .ok, "a module of this kernel")
        }
        if machine.has("wireguard-go") {
            return DoctorFinding("wireguard", .ok, "wireguard-go; the kernel has none")
        }
        return DoctorFinding(
            "wireguard",
            .problem,
            "neither the kernel has it nor is wireguard-go installed",
            next: Self.install("wireguard-go")
        )
    }

    // MARK: Storage

    private func volumes() async -> [DoctorFinding] {
        guard let root = configuration.zfsRoot else {
            return [
                DoctorFinding(
                    "zfs",
                    .warning,
                    "no zfs_root is configured: this machine takes no volumes",
                    next: "set zfs_root in \(ConfigurationReader.defaultPath)"
                )
            ]
        }
        guard machine.has("zfs"), machine.has("zpool") else {
            return [DoctorFinding("zfs", .problem, "not installed", next: Self.install("zfsutils-linux zfs-dkms"))]
        }
        return [await pool(of: root), await dataset(root)].compactMap(\.self)
    }

    private func pool(of root: DatasetName) async -> DoctorFinding {
        let pool = String(root.text.prefix { $0 != "/" })
        let result = await machine.run("zpool", ["list", "-H", "-o", "health", pool])
        guard let result, result.status == 0 else {
            return DoctorFinding(
                "zfs",
                .problem,
                Self.complaint(of: result, from: "zpool"),
                next: "zpool import \(pool), or zpool create \(pool) …"
            )
        }
        let health = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
        return health == "ONLINE"
            ? DoctorFinding("zfs", .ok, "pool \(pool) is online")
            : DoctorFinding("zfs", .warning, "pool \(pool) is \(health)", next: "zpool status \(pool)")
    }

    /// nil when there is nothing to say: the daemon makes it.
    private func dataset(_ root: DatasetName) async -> DoctorFinding? {
        guard let result = await machine.run("zfs", ["list", "-H", "-o", "type", root.text]), result.status == 0 else {
            return nil
        }
        let type = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
        return type == "filesystem"
            ? nil
            : DoctorFinding(
                "zfs_root",
                .problem,
                "\(root) is a \(type), and volumes lie below a filesystem",
                next: "set zfs_root in \(ConfigurationReader.defaultPath)"
            )
    }

    private func stateDirectory() -> DoctorFinding {
        let path = configuration.stateDirectory
        switch machine.kind(of: path) {
        case .nothing: return DoctorFinding("state", .ok, "\(path) is made when the daemon starts")
        case .directory(let mode, let owner) where owner != 0 || mode & 0o022 != 0:
            return DoctorFinding(
                "state",
                .problem,
                "others than root may write to \(path), where the keys are",
                next: "chown root: \(path) && chmod go-w \(path)"
            )
        case .directory: return DoctorFinding("state", .ok, path)
        case .program, .other:
            return DoctorFinding("state", .problem, "\(path) is no directory", next: "move \(path) away")
        }
    }

    /// nil where systemd does not run.
    private func unit() async -> DoctorFinding? {
        guard case .directory = machine.kind(of: "/run/systemd/system") else { return nil }
        let result = await machine.run("systemctl", ["is-enabled", "ployzd.service"])
        let answer = result?.output.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        return result?.status == 0
            ? DoctorFinding("unit", .ok, "ployzd.service is \(answer)")
            : DoctorFinding(
                "unit",
                .warning,
                "ployzd.service is \(answer.isEmpty ? "not there" : answer): the daemon does not start with the machine",
                next: "systemctl enable --now ployzd"
            )
    }

    private static func complaint(of result: InvocationResult?, from program: String) -> String {
        guard let result else { return "\(program) does not answer" }
        let line = result.errors.split(separator: "\n").first.map { String($0) }
        return line ?? "\(program) exited with \(result.status)"
    }
}
