import Crypto
import Foundation
import PloyzMigration
import PloyzModel

extension ContainerCreation {
    /// A sandbox: a process that sleeps, with nothing but a network namespace, a host name and `/etc/hosts`.
    ///
    /// `nameServers` that are no addresses are search domains. Only `net.` settings are the sandbox's.
    static func sandbox(_ spec: SandboxSpec, image: String) throws -> ContainerCreation {
        var host = HostSettings(networkMode: "none")
        host.readonlyRootfs = true
        host.capabilitiesDropped = ["ALL"]
        host.securityOptions = ["no-new-privileges"]
        // The program needs one; the runtime that sets it up has a handful of threads in the same group.
        host.processLimit = 32
        host.sysctls = spec.sysctls.filter { isOfNetwork($0.key) }
        host.nameServers = spec.nameServers.filter(isAddress)
        host.searchDomains = spec.nameServers.filter { !isAddress($0) }
        // `service.namespace` has one dot, and is looked for in the search domains first.
        if host.searchDomains?.isEmpty == false { host.resolverOptions = ["ndots:2"] }
        host.extraHosts = ["\(spec.hostname):\(spec.address)"]
        host.log = HostSettings.Log(type: "none")
        let request = ContainerCreation(
            image: image,
            // 68 years: every busybox takes a number, not every one takes `inf`.
            command: ["/bin/busybox", "sleep", "2147483647"],
            hostname: spec.hostname,
            // The first process of a namespace ignores signals that it has not asked for, but not this one.
            stopSignal: "SIGKILL",
            labels: [
                ContainerLabel.instance: spec.instance.description,
                ContainerLabel.role: OurContainer.Role.sandbox.rawValue,
                ContainerLabel.address: spec.address.description,
            ],
            host: host
        )
        return try request.withDigest()
    }

    /// A workload that joins the sandbox of the given ID.
    ///
    /// - Throws: `mount-invalid` when a volume has no directory.
    static func workload(_ spec: WorkloadSpec, sandboxID: String) throws -> ContainerCreation {
        let template = spec.template
        var host = HostSettings(networkMode: "container:\(sandboxID)")
        host.mounts = try template.mounts.map { try mount($0, of: spec) }
        host.capabilitiesAdded = template.capAdd
        host.capabilitiesDropped = template.capDrop
        host.memory = template.resources?.memory.map { Int64(clamping: $0.bytes) }
        host.nanoCPUs = template.resources?.cpus.map { Int64(min(max($0, 0), 1e6) * 1e9) }
        host.processLimit = template.resources?.pids.map { Int64($0) }
        host.sysctls = template.sysctls.filter { !isOfNetwork($0.key) }
        var labels = [
            ContainerLabel.instance: spec.instance.description,
            ContainerLabel.role: OurContainer.Role.workload.rawValue,
            ContainerLabel.epoch: spec.epoch.description,
            ContainerLabel.generation: String(spec.generation),
            ContainerLabel.image: spec.imageID,
        ]
        labels[ContainerLabel.operation] = spec.operation?.description
        let request = ContainerCreation(
            image: spec.imageID,
            command: template.command,
            entrypoint: template.entrypoint,
            environment: try template.env.map { try variable($0.key, $0.value, of: spec.instance) }.sorted(),
            user: template.user,
            stopTimeout: (max(0, template.stopGracePeriod.milliseconds) + 999) / 1000,
            labels: labels,
            host: host
        )
        return try request.withDigest()
    }

    /// - Throws: `secret-missing` for a secret whose value nobody has put in.
    private static func variable(_ name: String, _ value: EnvironmentValue, of instance: InstanceRef) throws -> String {
        switch value {
        case .text(let text): return "\(name)=\(text)"
        case .secret(let secret): return "\(name)=\(secret.text)"
        case .stored:
            throw PloyzError(
                .secretMissing,
                "the value of the secret \(name) of \(instance) is not known",
                state: "no container was created"
            )
        }
    }

    private static func mount(_ mount: Mount, of spec: WorkloadSpec) throws -> MountRequest {
        switch mount.source {
        case .tmpfs:
            return .tmpfs(target: mount.target, readonly: mount.readonly)
        case .bind(let path):
            return .bind(source: path, target: mount.target, readonly: mount.readonly)
        case .volume(let name):
            guard let directory = spec.directories[name] else {
                throw PloyzError(
                    .mountInvalid,
                    "\(spec.instance) mounts the volume '\(name)', which has no directory on this machine",
                    state: "no container was created"
                )
            }
            return .bind(source: directory, target: mount.target, readonly: mount.readonly)
        }
    }

    /// Whether a kernel setting belongs to the network namespace; the others that a container may set belong to that
    /// of inter-process communication.
    private static func isOfNetwork(_ setting: String) -> Bool { setting.hasPrefix("net.") }

    private static func isAddress(_ text: String) -> Bool { text.contains(":") || (try? IPv4Address(text)) != nil }

    private func withDigest() throws -> ContainerCreation {
        let digest = SHA256.hash(data: try JSON.encode(self)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        var request = self
        request.labels[ContainerLabel.digest] = digest.joined()
        return request
    }
}
