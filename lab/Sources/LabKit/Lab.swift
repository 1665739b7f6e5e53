import Glibc
import Posix

/// A lab by its name.
package struct Lab {
    package let paths: LabPaths

    package init(_ name: LabName) { paths = LabPaths(name) }

    package func record() throws -> LabRecord? {
        try JSONFile.read(LabRecord.self, from: paths.record)
    }

    /// - Throws: `LabError` when there is no such lab.
    package func requireRecord() throws -> LabRecord {
        guard let record = try record() else {
            throw LabError("there is no lab \(paths.lab)", next: "lab up --name \(paths.lab)")
        }
        return record
    }

    /// - Throws: `LabError` when the lab has no such machine.
    package func machine(_ name: MachineName) throws -> any Machine {
        let record = try requireRecord()
        guard name.number <= record.count else {
            throw LabError("lab \(paths.lab) has no machine \(name)", next: "lab status --name \(paths.lab)")
        }
        return record.kind.machine(name, paths: paths)
    }

    package func machines() throws -> [any Machine] {
        let record = try requireRecord()
        return record.machines.map { record.kind.machine($0, paths: paths) }
    }

    /// The node of the switch.
    package var bridge: Node { Node(paths: paths, name: Underlay.switchNode) }

    /// Names of every lab that left something on this host, sorted.
    package static func all() -> [LabName] {
        let states = Files.names(in: LabPaths.stateRoot)
        let runs = Files.names(in: LabPaths.runRoot).filter { !$0.hasSuffix(".lock") }
        return Set(states + runs).sorted().compactMap(LabName.init)
    }

    /// Marks what this process starts from now on as part of the lab.
    package func markChildren() { setenv(LabPaths.markName, paths.state, 1) }

    /// Makes the directories and starts the switch. The machines come after it.
    package func lay(_ record: LabRecord) throws {
        guard !Files.exists(paths.state), !Files.exists(paths.run) else {
            throw LabError("lab \(paths.lab) exists", next: "lab down --name \(paths.lab)")
        }
        try Files.makeDirectory(LabPaths.stateRoot, mode: 0o700)
        try Files.makeDirectory(paths.state, mode: 0o700)
        try Files.makeDirectory(paths.run)
        try JSONFile.write(record, to: paths.record)
        let holder = try bridge.power()
        try bridge.configureNetwork(Underlay.makeBridge, holder: holder)
        if let guests = record.guests {
            try bridge.configureNetwork([Underlay.reachGuests], holder: holder)
            try ToolsDisk(paths: paths).make(programs: record.tools, others: guests.programs, package: guests.package)
        }
    }

    /// Ends every process of the lab and removes every trace of it, whatever state it is in. Safe to repeat.
    package func remove() throws {
        // A process that stands still does not die.
        for machine in (try? machines()) ?? [] { try? machine.thaw() }
        var namespaces: Set<String> = []
        for file in Files.names(in: paths.run) where file.hasSuffix(".json") {
            if let record = try? JSONFile.read(HolderRecord.self, from: "\(paths.run)/\(file)"), record.isAlive {
                namespaces.formUnion(record.namespaces)
            }
        }
        // Holders only: other marked processes, such as a half-finished `up`, share namespaces with whoever called it.
        for pid in ProcessTable.pids() where ProcessTable.hasMark(paths.mark, pid: pid) && Holder.isHolder(pid) {
            namespaces.formUnion(ProcessTable.namespaces(of: pid))
        }
        namespaces.subtract(ProcessTable.namespaces(of: getpid()))
        try ProcessTable.end(until: Deadline(seconds: 60)) { pid in
            ProcessTable.namespaces(of: pid).contains(where: namespaces.contains)
                || ProcessTable.hasMark(paths.mark, pid: pid)
        }
        try MachineCgroup.remove(paths.cgroup, until: Deadline(seconds: 30))
        for directory in [paths.run, paths.state] where Files.exists(directory) {
            try Command(["rm", "-rf", "--one-file-system", directory], timeout: 300).run()
        }
    }
}

extension Lab {
    /// Boots machines side by side, a process each, and waits for all of them.
    package func boot(_ machines: [MachineName]) throws {
        guard let program = Files.link("/proc/self/exe") else {
            throw PosixError("readlink", errno, on: "/proc/self/exe")
        }
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(nowhere) }
        let boots = try machines.map { machine in
            let log = try LogFile.open(paths.log(of: "\(machine)", "boot"))
            defer { close(log) }
            return try ChildProcess.spawn(
                [program, "boot", "--name", "\(paths.lab)", "\(machine)"],
                streams: .init(input: nowhere, output: log, error: log)
            )
        }
        let deadline = Deadline(seconds: 300 + 60 * Double(machines.count))
        var failures: [String] = []
        for (machine, boot) in zip(machines, boots) {
            let status = try boot.wait(until: deadline, name: "the boot of \(machine)")
            if !status.isSuccess {
                failures.append("\(machine): " + (Files.text(paths.log(of: "\(machine)", "boot")) ?? "\(status)"))
            }
        }
        guard failures.isEmpty else {
            throw LabError(
                failures.joined(separator: "\n").trimmedEnd(),
                next: "lab logs --name \(paths.lab) \(machines[0]); lab down --name \(paths.lab)"
            )
        }
    }
}

extension String {
    fileprivate func trimmedEnd() -> String {
        var text = Substring(self)
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
