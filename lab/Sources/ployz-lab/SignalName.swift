import ArgumentParser
import Glibc

/// Signals by the names that kill(1) takes.
enum SignalName: String, ExpressibleByArgument, CaseIterable {
    case kill = "KILL"
    case term = "TERM"
    case int = "INT"
    case hup = "HUP"
    case stop = "STOP"
    case cont = "CONT"
    case usr1 = "USR1"
    case usr2 = "USR2"

    var number: Int32 {
        switch self {
        case .kill: SIGKILL
        case .term: SIGTERM
        case .int: SIGINT
        case .hup: SIGHUP
        case .stop: SIGSTOP
        case .cont: SIGCONT
        case .usr1: SIGUSR1
        case .usr2: SIGUSR2
        }
    }
}
