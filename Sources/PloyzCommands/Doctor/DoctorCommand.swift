package import ArgumentParser
package import PloyzAPI
import PloyzModel

/// `doctor`: what this machine lacks, whether or not its daemon runs.
package struct DoctorCommand: DaemonCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what this machine lacks, and what brings it.",
        usage: "ployzctl doctor [<options>]",
        discussion: """
            Looks at programs, Docker, WireGuard, the firewall, ZFS, the configuration and the daemon, and changes \
            nothing. Exit status 3 when the machine cannot do its work.
            """
    )

    @Option(
        help: ArgumentHelp("The daemon's configuration file; /etc/ployz/ployzd.toml unless told.", valueName: "path")
    )
    var config: String?

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func run(_ service: any OperatorService, _ console: Console) async throws {
        let machine = try await CommandContext.current.examine(config)
        let daemon = await examineDaemon(service)
        let report = DoctorReport(findings: machine.findings + daemon)
        try console.show(report)
        guard report.isHealthy else { throw ExitCode(3) }
    }

    private func examineDaemon(_ service: any OperatorService) async -> [DoctorFinding] {
        let version: String
        do {
            version = try await service.version().version
        } catch {
            return [problem("daemon", error, next: "systemctl start ployzd")]
        }
        let daemon =
            version == Version.current
            ? DoctorFinding("daemon", .ok, "\(version) answers")
            : DoctorFinding(
                "daemon",
                .warning,
                "\(version) answers, and this is \(Version.current)",
                next: "systemctl restart ployzd"
            )
        return [daemon, await examineCluster(service)]
    }

    private func examineCluster(_ service: any OperatorService) async -> DoctorFinding {
        do {
            let status = try await service.status()
            return status.storeHealthy
                ? DoctorFinding("cluster", .ok, "member of \(status.name), the store answers")
                : DoctorFinding("cluster", .problem, "the store does not answer", next: "ployzctl mesh status")
        } catch let error as PloyzError where error.code == .noCluster {
            return DoctorFinding("cluster", .warning, error.message, next: error.next)
        } catch {
            return problem("cluster", error, next: "ployzctl status")
        }
    }

    private func problem(_ check: String, _ error: any Error, next: String) -> DoctorFinding {
        let error = PloyzError(describing: error)
        return DoctorFinding(check, .problem, error.message, next: error.next ?? next)
    }
}
