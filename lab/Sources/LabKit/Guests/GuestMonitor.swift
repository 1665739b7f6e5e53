import Glibc
import Posix

/// Orders to the QEMU of a guest (QEMU Machine Protocol: a JSON document a line, over a Unix socket).
struct GuestMonitor {
    let socket: String

    /// Stops the guest's processors and its clock, as a hypervisor pauses a machine.
    func stop() throws { try order("stop") }

    /// Lets it go on.
    func goOn() throws { try order("cont") }

    private func order(_ command: String) throws {
        guard let connection = UnixSocket.connect(to: socket) else { throw LabError("no QEMU listens at \(socket)") }
        defer { close(connection) }
        // A greeting comes first; commands are heard once the capabilities are settled.
        _ = try line(connection)
        for command in ["qmp_capabilities", command] {
            let bytes = Array("{\"execute\": \"\(command)\"}\n".utf8)
            guard write(connection, bytes, bytes.count) == bytes.count else {
                throw PosixError("write", errno, on: socket)
            }
            // Events come between the answers.
            while true {
                let answer = try line(connection)
                if answer.contains("\"return\"") { break }
                if answer.contains("\"error\"") { throw LabError("QEMU refused \(command): \(answer)") }
            }
        }
    }

    private func line(_ connection: Int32) throws -> String {
        var bytes: [UInt8] = []
        let deadline = Deadline(seconds: 10)
        while bytes.count < 1 << 20 {
            var waiting = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, deadline.remainingMilliseconds) > 0 else { break }
            var byte: UInt8 = 0
            guard read(connection, &byte, 1) == 1 else { break }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        throw LabError("QEMU does not answer at \(socket)")
    }
}
