/// A check that keeps strangers out, by the name under which a debug build lets it be switched off, so that a test can
/// show that it is this check which refuses. Each is asked at one place, ``bodySize`` at two: while a body arrives, and where it
/// is collected.
///
/// A machine of the lab names what is off in `/run/ployz-lab/guards-off`, one a line. In a release build nothing of
/// this exists: every guard is on.
package enum Guard: String, CaseIterable, Sendable {
    /// Connections of one address, and of all.
    case connections
    /// Nesting of a document.
    case depth
    /// The form of every text in a manifest.
    case fields
    /// The bytes of a request's body.
    case bodySize = "body-size"
    /// The bytes and the number of a request's headers.
    case headerSize = "header-size"
    /// How often machines may ask to join.
    case joinRate = "join-rate"
    /// Whether the cluster still has the machine that a certificate names.
    case knownMachine = "known-machine"
    /// The form of names.
    case names
    /// How long a connection may take for its handshake and its request.
    case requestTime = "request-time"
    /// Who may use the operators' socket.
    case socketMode = "socket-mode"
    /// How long a ticket of a stream is good.
    case ticketExpiry = "ticket-expiry"
    /// How long a stream may take to show its ticket.
    case ticketTime = "ticket-time"
    /// That a ticket of a stream is good once.
    case ticketUse = "ticket-use"
    /// How long an invitation is good.
    case tokenExpiry = "token-expiry"
    /// That an invitation is good once.
    case tokenUse = "token-use"

    package var isOn: Bool {
        #if DEBUG || PLOYZ_BREAKPOINTS
            !GuardFile.names.contains(rawValue)
        #else
            true
        #endif
    }
}

#if DEBUG || PLOYZ_BREAKPOINTS
    import Glibc

    /// The file that only a machine of the lab has.
    private enum GuardFile {
        /// Read anew each time: a guard is off from the moment when the file says so. Names are parsed by the thousand, so
        /// that a machine without the file must find out in one system call.
        static var names: [String] {
            let descriptor = open("/run/ployz-lab/guards-off", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return [] }
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: 1024)
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { return [] }
            return bytes[..<count].split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        }
    }
#endif
