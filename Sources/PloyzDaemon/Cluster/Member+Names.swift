import Foundation
import Logging
import PloyzIngress
import PloyzMigration
import PloyzModel
import PloyzOverlay
import PloyzSupervisor
import SystemPackage

extension Member {
    /// The name servers of this machine's sandboxes; none, which leaves them the host's, where dnsmasq is missing.
    static func nameServers(_ identity: MachineIdentity, _ configuration: DaemonConfiguration) -> [String] {
        FileKind(at: configuration.dnsmasqProgram) == .program ? ["\(identity.machine.overlayAddress)"] : []
    }

    static func makeServing(
        _ identity: MachineIdentity,
        _ configuration: DaemonConfiguration,
        _ state: StateDirectory,
        _ supervisor: any Supervisor,
        _ network: any InstanceNetwork,
        _ timekeeper: any Timekeeper,
        _ logger: Logger
    ) -> ServingKeeper {
        let runner = SystemInvocationRunner()
        let run: ProgramRun = { program, arguments in
            let result = try await runner.run(Invocation(program, arguments))
            return (result.status, result.output, result.errors)
        }
        let names = NamesKeeper(
            server: NamesServer(
                program: configuration.dnsmasqProgram,
                address: identity.machine.overlayAddress,
                // Beside the socket and not with the state, where only root may read.
                directory: (configuration.socket as NSString).deletingLastPathComponent + "/names",
                logFile: state.helpers.appending("dnsmasq.log").string
            ),
            supervisor: supervisor,
            run: run
        )
        let ingress = IngressKeeper(
            settings: IngressSettings(
                httpPort: configuration.httpPort,
                wait: Int(configuration.ingressWait.milliseconds / 1000),
                user: IngressKeeper.user
            ),
            directory: IngressDirectory(state.ingress.string),
            program: configuration.haproxyProgram,
            logFile: state.helpers.appending("haproxy.log").string,
            supervisor: supervisor,
            run: run,
            foreign: { try await network.foreignListeners(on: $0) }
        )
        return ServingKeeper(names: names, ingress: ingress, timekeeper: timekeeper, logger: logger)
    }
}
