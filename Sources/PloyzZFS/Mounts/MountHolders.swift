import Glibc
import PloyzSystem

/// Who on this machine keeps a file system in use, from `/proc`.
struct MountHolders: Sendable {
    /// A mount namespace, by one of its processes, and how it lists the file system.
    struct Holder: Hashable, Sendable {
        let name: String
        let pid: Int32
        let entry: MountEntry

        var description: String { "\(name) (\(pid))" }
    }

    /// The mounts of this process.
    static func own() -> [MountEntry] { MountTable.parse(KernelFile.text("/proc/self/mountinfo") ?? "") }

    /// Other mount namespaces that list `device` under the name `source`: one holder for each.
    static func elsewhere(device: String, source: String) -> [Holder] {
        let own = Files.link("/proc/self/ns/mnt")
        var seen: Set<String> = []
        return pids().compactMap { pid in
            guard let namespace = Files.link("/proc/\(pid)/ns/mnt"), namespace != own,
                seen.insert(namespace).inserted,
                let text = KernelFile.text("/proc/\(pid)/mountinfo"),
                let entry = MountTable.parse(text).first(where: { $0.device == device && $0.source == source })
            else { return nil }
            return Holder(name: name(of: pid), pid: pid, entry: entry)
        }
    }

    /// Processes of this mount namespace that have a directory, a file or a mapping below `path` open, as `name (pid)`.
    static func here(below path: String) -> [String] {
        let own = Files.link("/proc/self/ns/mnt")
        let prefix = path + "/"
        func isBelow(_ link: String) -> Bool {
            Files.link(link).map { $0 == path || $0.hasPrefix(prefix) } ?? false
        }
        return pids().compactMap { pid in
            let process = "/proc/\(pid)"
            guard Files.link(process + "/ns/mnt") == own else { return nil }
            let holds =
                ["cwd", "root", "exe"].contains { isBelow("\(process)/\($0)") }
                || ["fd", "map_files"].contains { directory in
                    Files.names(in: "\(process)/\(directory)").contains { isBelow("\(process)/\(directory)/\($0)") }
                }
            return holds ? "\(name(of: pid)) (\(pid))" : nil
        }
    }

    /// The mount namespace of a process, as the kernel names it; nil when it has ended.
    static func namespace(of pid: Int32) -> String? { Files.link("/proc/\(pid)/ns/mnt") }

    private static func pids() -> [Int32] { Files.names(in: "/proc").compactMap { Int32($0) }.sorted() }

    private static func name(of pid: Int32) -> String {
        KernelFile.text("/proc/\(pid)/comm").map { String($0.prefix { $0 != "\n" }) } ?? "process"
    }
}
