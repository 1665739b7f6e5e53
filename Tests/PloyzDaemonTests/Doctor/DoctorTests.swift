import Foundation
import PloyzAPI
import PloyzModel
import PloyzOverlay
import Testing

@testable import PloyzDaemon

@Suite struct DoctorTests {
    private func configuration() throws -> DaemonConfiguration {
        var configuration = DaemonConfiguration(name: try MachineName("alpha"))
        configuration.zfsRoot = try DatasetName("tank/ployz")
        return configuration
    }

    private func examine(_ change: (inout FakeMachine) -> Void) async throws -> [DoctorFinding] {
        var machine = FakeMachine()
        change(&machine)
        return await Doctor(configuration: try configuration(), machine: machine).examine().filter { $0.state != .ok }
    }

    @Test func aMachineWithEverythingIsHealthy() async throws {
        #expect(try await examine { _ in }.isEmpty)
    }

    @Test(arguments: [
        ("ip", "iproute2"), ("nft", "nftables"), ("iptables-save", "iptables"), ("wg", "wireguard-tools"),
        ("nsenter", "util-linux"),
    ])
    func aMissingProgramIsNamedWithItsPackage(program: String, package: String) async throws {
        let findings = try await examine { $0.programs.remove(program) }
        let finding = try #require(findings.first { $0.check == program })
        #expect(finding.state == .problem)
        #expect(finding.next == "apt-get install \(package)")
    }

    @Test func withoutEtcdAMachineCanStillJoin() async throws {
        let findings = try await examine { $0.files["/usr/bin/etcd"] = nil }
        #expect(findings.map(\.check) == ["etcd"])
        #expect(findings.map(\.state) == [.warning])
    }

    @Test(arguments: [("dnsmasq", "dnsmasq-base"), ("haproxy", "haproxy")])
    func withoutNamesOrIngressAMachineStillWorks(program: String, package: String) async throws {
        let findings = try await examine { $0.files["/usr/sbin/\(program)"] = nil }
        #expect(findings.map(\.check) == [program])
        #expect(findings.map(\.state) == [.warning])
        #expect(findings.map(\.next) == ["apt-get install \(package)"])
    }

    @Test func aSandboxProgramThatNeedsALoaderIsAProblem() async throws {
        let findings = try await examine { $0.sandbox = PloyzError(.failed, "it is linked dynamically") }
        #expect(findings.map(\.detail) == ["it is linked dynamically"])
        #expect(findings.map(\.next) == ["apt-get install busybox-static"])
    }

    @Test(arguments: [("19.03.8", false), ("20.10.24+dfsg1", true), ("27.1.1", true)])
    func anOldDockerIsAProblem(version: String, isFine: Bool) async throws {
        let findings = try await examine { $0.docker = .success(version) }
        #expect(findings.isEmpty == isFine)
    }

    @Test func aDockerThatDoesNotAnswerIsAProblem() async throws {
        let silent = try await examine { $0.docker = .failure(PloyzError(.failed, "Docker does not answer")) }
        #expect(silent.map(\.detail) == ["Docker does not answer"])
        let removed = try await examine {
            $0.docker = .failure(PloyzError(.failed, "connection refused"))
            $0.programs.remove("dockerd")
        }
        #expect(removed.map(\.next) == ["apt-get install docker.io"])
        let absent = try await examine { $0.files["/run/docker.sock"] = nil }
        #expect(absent.map(\.next) == ["systemctl start docker"])
    }

    @Test func appArmorNeedsItsParserWhereTheKernelHasIt() async throws {
        let directory = FileKind.directory(mode: 0o755, ownerID: 0)
        let missing = try await examine {
            $0.files["/sys/kernel/security/apparmor"] = directory
            $0.programs.remove("apparmor_parser")
        }
        #expect(missing.map(\.next) == ["apt-get install apparmor"])
        #expect(missing.map(\.state) == [.problem])
        let without = try await examine { $0.programs.remove("apparmor_parser") }
        #expect(without.isEmpty)
    }

    @Test func wireGuardComesFromTheKernelAModuleOrAProgram() async throws {
        let module = try await examine { $0.files["/sys/module/wireguard"] = nil }
        #expect(module.isEmpty)
        let program = try await examine {
            $0.files["/sys/module/wireguard"] = nil
            $0.answers["modprobe"] = InvocationResult(status: 1)
        }
        #expect(program.isEmpty)
        let nothing = try await examine {
            $0.files["/sys/module/wireguard"] = nil
            $0.answers["modprobe"] = InvocationResult(status: 1)
            $0.programs.remove("wireguard-go")
        }
        #expect(nothing.map(\.check) == ["wireguard"])
    }

    @Test func poolsAndDatasetsAreNamed() async throws {
        let missing = try await examine {
            $0.answers["zpool"] = InvocationResult(status: 1, errors: "cannot open 'tank': no such pool\n")
        }
        #expect(missing.map(\.detail) == ["cannot open 'tank': no such pool"])
        #expect(missing.map(\.state) == [.problem])
        let degraded = try await examine { $0.answers["zpool"] = InvocationResult(status: 0, output: "DEGRADED\n") }
        #expect(degraded.map(\.state) == [.warning])
        let block = try await examine { $0.answers["zfs"] = InvocationResult(status: 0, output: "volume\n") }
        #expect(block.map(\.check) == ["zfs_root"])
    }

    @Test func keysThatOthersMayWriteAreAProblem() async throws {
        let findings = try await examine { $0.files["/var/lib/ployz"] = .directory(mode: 0o777, ownerID: 0) }
        #expect(findings.map(\.check) == ["state"])
    }

    @Test func aKernelThatFiltersNoBridgesIsAWarning() async throws {
        let findings = try await examine { $0.programs.remove("bridge") }
        #expect(findings.map(\.check) == ["sources"])
        #expect(findings.map(\.state) == [.warning])
    }

    @Test func aUnitThatIsNotEnabledIsAWarning() async throws {
        let findings = try await examine {
            $0.files["/run/systemd/system"] = .directory(mode: 0o755, ownerID: 0)
            $0.answers["systemctl"] = InvocationResult(status: 1, output: "disabled\n")
        }
        #expect(findings.map(\.check) == ["unit"])
        #expect(findings.map(\.next) == ["systemctl enable --now ployzd"])
    }

    @Test func aWrongConfigurationIsAllThatIsSaid() async throws {
        let report = await Doctor.examineThisMachine(
            configurationPath: nil,
            environment: ["PLOYZ_STORE_PORT": "many", "PLOYZ_BRIDGE": "a/b"]
        )
        #expect(report.findings.map(\.check) == ["configuration", "configuration"])
        #expect(!report.isHealthy)
    }
}

/// A machine that has everything, until a test takes something away.
private struct FakeMachine: MachineUnderExamination {
    var programs: Set = [
        "ip", "nft", "iptables-save", "iptables-restore", "nsenter", "sysctl", "wg", "wireguard-go", "zfs", "zpool",
        "dockerd", "bridge",
    ]
    var files: [String: FileKind] = [
        "/bin/busybox": .program, "/usr/bin/etcd": .program, "/usr/sbin/dnsmasq": .program,
        "/usr/sbin/haproxy": .program,
        "/run/docker.sock": .other,
        "/sys/module/wireguard": .directory(mode: 0o755, ownerID: 0),
        "/var/lib/ployz": .directory(mode: 0o700, ownerID: 0),
    ]
    var answers: [String: InvocationResult] = [
        "nft": InvocationResult(status: 0), "modprobe": InvocationResult(status: 0),
        "zpool": InvocationResult(status: 0, output: "ONLINE\n"),
        "zfs": InvocationResult(status: 1, errors: "dataset does not exist\n"),
    ]
    var sandbox: PloyzError?
    var docker: Result<String, PloyzError> = .success("20.10.24+dfsg1")

    func has(_ program: String) -> Bool { programs.contains(program) }
    func kind(of path: String) -> FileKind { files[path] ?? .nothing }
    func sandboxProblem(_ path: String) -> PloyzError? { sandbox }
    func run(_ program: String, _ arguments: [String]) async -> InvocationResult? { answers[program] }
    func dockerVersion(socket: String) async throws -> String { try docker.get() }
}
