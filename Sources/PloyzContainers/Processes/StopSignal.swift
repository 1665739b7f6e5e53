/// A signal by the number that this kernel's kill(2) takes, read from what an image or a container says: `SIGTERM`,
/// `TERM`, `15`, `RTMIN+3`.
struct StopSignal: Hashable, Sendable {
    let number: Int32

    static let terminate = StopSignal(number: 15)
    static let kill = StopSignal(number: 9)

    private init(number: Int32) { self.number = number }

    /// nil when `text` names no signal (signal(7)); nil and empty texts are SIGTERM.
    init?(_ text: String?) {
        guard let text, !text.isEmpty else {
            self = .terminate
            return
        }
        let upper = text.uppercased()
        let name = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        guard let number = Int32(name) ?? Self.numbers[name] ?? Self.realTime(name), (1...64).contains(number) else {
            return nil
        }
        self.number = number
    }

    /// Linux's numbers on x86, ARM and most others.
    private static let numbers: [String: Int32] = [
        "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "IOT": 6, "BUS": 7, "FPE": 8, "KILL": 9,
        "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15, "STKFLT": 16, "CHLD": 17, "CONT": 18,
        "STOP": 19, "TSTP": 20, "TTIN": 21, "TTOU": 22, "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27,
        "WINCH": 28, "IO": 29, "POLL": 29, "PWR": 30, "SYS": 31,
    ]

    /// `RTMIN+n` and `RTMAX-n`; the C library keeps the first two of the kernel's real-time signals to itself.
    private static func realTime(_ name: String) -> Int32? {
        if name == "RTMIN" { return 34 }
        if name == "RTMAX" { return 64 }
        if name.hasPrefix("RTMIN+"), let offset = Int32(name.dropFirst(6)), (0...30).contains(offset) {
            return 34 + offset
        }
        if name.hasPrefix("RTMAX-"), let offset = Int32(name.dropFirst(6)), (0...30).contains(offset) {
            return 64 - offset
        }
        return nil
    }
}
