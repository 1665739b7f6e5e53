import Foundation
package import PloyzModel
import PloyzSupervisor

/// How dnsmasq is run: it answers on the gateway's address and nowhere else.
package struct NamesServer: Hashable, Sendable {
    /// Absolute path of dnsmasq.
    package var program: String
    /// The machine's overlay address.
    package var address: IPv4Address
    /// The services' hosts files; dnsmasq's user must be able to read it.
    package var directory: String
    package var logFile: String

    package init(program: String, address: IPv4Address, directory: String, logFile: String) {
        self.program = program
        self.address = address
        self.directory = directory
        self.logFile = logFile
    }

    /// Everything stands in the arguments, so that a helper that runs with others is known by them.
    ///
    /// A changed file of `--hostsdir` takes effect by inotify, its removal too (seen with dnsmasq 2.90). Names of ours
    /// have a time to live of 0, which is the default. `--bind-dynamic` waits for the bridge's address.
    func arguments(user: String) -> [String] {
        [
            "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--log-facility=-", "--user=\(user)",
            "--listen-address=\(address)", "--bind-dynamic", "--no-hosts", "--hostsdir=\(directory)",
            "--local=/\(InternalNames.domain)/", "--local-ttl=0", "--resolv-file=/etc/resolv.conf", "--dns-loop-detect",
            "--cache-size=2000", "--dns-forward-max=500",
        ]
    }

    func helper(user: String) throws -> Helper {
        Helper(
            name: try HelperName("dnsmasq"),
            program: program,
            arguments: arguments(user: user),
            logFile: logFile
        )
    }

    /// The user that Debian's dnsmasq-base makes, else one that every machine has.
    static var user: String { getpwnam("dnsmasq") == nil ? "nobody" : "dnsmasq" }
}
