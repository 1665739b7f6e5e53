/// One machine of a lab: making it, starting it, its network and its power switch.
package protocol Machine {
    var paths: LabPaths { get }
    var name: MachineName { get }

    /// Makes its disk. Run once, in `up`.
    func makeDisk(_ record: LabRecord) throws

    /// Starts it, and in it what runs on a machine of its kind. Its disk must exist.
    func boot(_ record: LabRecord) throws

    /// Its shell, or nil when it is down.
    func shellIfRunning() throws -> (any MachineShell)?

    /// Power loss: everything in it dies at once; the disk stays.
    func cutPower() throws

    /// Shuts it down in good order and starts it again.
    func reboot() throws

    /// Stops it as a hypervisor pauses a machine.
    func freeze() throws

    /// Lets it go on; nothing happens when it is not frozen.
    func thaw() throws

    /// argv of a program that prints its logs.
    ///
    /// - Parameters:
    ///   - process: the one whose log is wanted; nil for all.
    ///   - follow: go on as they grow.
    func logs(of process: String?, follow: Bool) throws -> [String]
}

extension Machine {
    /// - Throws: `LabError` when it is down.
    package func shell() throws -> any MachineShell {
        guard let shell = try shellIfRunning() else {
            throw LabError(
                "machine \(name) of lab \(paths.lab) is not running",
                next: "lab status --name \(paths.lab)"
            )
        }
        return shell
    }

    /// `ployzd.toml` of the machine; every other key keeps its default.
    package var daemonConfiguration: String {
        """
        name = "\(name)"
        underlay_addresses = ["\(name.underlayAddress)"]
        zfs_root = "tank/ployz"

        """
    }
}

extension MachineName {
    /// `/etc/hosts`: every machine by its name.
    package static func hosts(_ machines: [MachineName]) -> String {
        "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"
            + machines.map { "\($0.underlayAddress) \($0)\n" }.joined()
    }
}
