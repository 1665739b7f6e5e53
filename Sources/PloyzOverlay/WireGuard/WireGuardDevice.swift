import Foundation
import PloyzMigration
import PloyzModel
import PloyzSupervisor

/// The machine's WireGuard device: the kernel's where it has one, else wireguard-go's.
struct WireGuardDevice: Sendable {
    let configuration: OverlayConfiguration
    let runner: any InvocationRunner
    let supervisor: any Supervisor

    /// Makes sure that the device is up with its key, port and management address. What is right is not touched: not
    /// even the port is set again, because wireguard-go would open its socket anew.
    func ensureUp() async throws -> any WireGuardControl {
        let key = try await WireGuardKeyFile(path: configuration.keyFile, runner: runner).publicKey()
        let control = try await ensureDevice()
        let dump = try await dump()
        if dump.publicKey != key || dump.listenPort != configuration.listenPort {
            try await runner.require(setKey)
        }
        let links = try await LinkState.read(device, runner)
        let commands = links.first.map { missing($0, address: ManagementAddress(of: key)) } ?? []
        if !commands.isEmpty { try await runner.require(.ipBatch(commands)) }
        return control
    }

    /// Gives what arrives for wireguard-go room to wait in. Its sockets come a moment after its device is up, and anew
    /// when it is told its port.
    ///
    /// - Returns: what is missing, in words; nil when nothing is.
    func widenSockets() async -> String? {
        guard let name = try? userspaceHelper().name,
            case .running(_, let pid)? = try? await supervisor.status(of: name)
        else { return nil }
        let sockets = TunnelSockets(pid: pid, port: configuration.listenPort)
        do {
            let clock = ContinuousClock()
            let deadline = clock.now + .seconds(2)
            while try sockets.widen() == 0 {
                guard clock.now < deadline else { return "wireguard-go listens nowhere at port \(sockets.port)" }
                try await Task.sleep(for: .milliseconds(5))
            }
            return nil
        } catch {
            return PloyzError(wrapping: error).message
        }
    }

    func dump() async throws -> WireGuardDump {
        let text = try await runner.require(Invocation("wg", ["show", device.text, "dump"]))
        guard let dump = WireGuardDump(text) else {
            throw PloyzError(.overlayFailed, "wg show \(device) dump printed what wg(8) does not describe")
        }
        return dump
    }

    func traffic() async throws -> [String: PeerTraffic] {
        PeerTraffic.parse(try await runner.require(Invocation("wg", ["show", device.text, "dump"])))
    }

    private var device: DeviceName { configuration.wireguard }

    private var setKey: Invocation {
        let port = String(configuration.listenPort)
        return Invocation("wg", ["set", device.text, "listen-port", port, "private-key", configuration.keyFile])
    }

    private func ensureDevice() async throws -> any WireGuardControl {
        if let link = try await LinkState.read(device, runner).first {
            switch link.kind {
            case "wireguard": return KernelControl(device: device, runner: runner)
            case "tun": break
            default:
                throw PloyzError(
                    .overlayFailed,
                    "a device \(device) of kind \(link.kind ?? "unknown") exists and is not ours",
                    state: "it was not touched",
                    next: "give the overlay another device name in the configuration"
                )
            }
        } else if try await runner.run(addKernelDevice).status == 0 {
            return KernelControl(device: device, runner: runner)
        }
        _ = try await supervisor.ensureRunning(try userspaceHelper())
        let isThere = await waitUntil(within: .seconds(10), every: .milliseconds(5)) {
            (try? await UserspaceControl(device: device).isAnswering()) ?? false
        }
        guard isThere else {
            throw PloyzError(
                .overlayFailed,
                "wireguard-go made no device \(device) within 10 s",
                next: "look at \(configuration.logFile)"
            )
        }
        return UserspaceControl(device: device)
    }

    private var addKernelDevice: Invocation {
        Invocation("ip", ["link", "add", "dev", device.text, "type", "wireguard"])
    }

    private func userspaceHelper() throws -> Helper {
        Helper(
            name: try HelperName("wireguard-go"),
            program: configuration.wireguardGo,
            arguments: ["-f", device.text],
            environment: ["LOG_LEVEL": "error"],
            logFile: configuration.logFile
        )
    }

    private func missing(_ link: LinkState, address: ManagementAddress) -> [IPCommand] {
        var commands: [IPCommand] = []
        if !link.addresses.contains(OverlayPrefix(address)) {
            // No duplicate address detection: the daemon binds the address at once, and the key makes it ours.
            commands.append(["address", "add", "\(address)/128", "dev", device.text, "nodad"])
        }
        if link.mtu != configuration.mtu || !link.isUp {
            commands.append(["link", "set", "dev", device.text, "mtu", String(configuration.mtu), "up"])
        }
        return commands
    }
}
