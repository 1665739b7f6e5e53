import Foundation
import PloyzModel
import PloyzSystem

/// The control group of a container on this machine, and who is in it.
///
/// It answers what Docker does not: whether processes are left. The kernel drops a process from its group after the
/// process has given up its memory, files and namespaces, so an empty group holds no file and no mount.
struct ControlGroup: Hashable, Sendable {
    /// The directory below the mount of the hierarchy.
    let directory: String

    /// The group of process `pid`, when it is one of the container `id`; nil when the process is gone or is another.
    static func of(process pid: Int32, container id: String) -> ControlGroup? {
        guard pid > 0, let membership = KernelFile.text("/proc/\(pid)/cgroup"),
            let mounts = KernelFile.text("/proc/self/mountinfo")
        else {
            return nil
        }
        return candidates(membership: membership, mounts: mounts, container: id)
            .first { FileManager.default.fileExists(atPath: $0 + "/cgroup.procs") }
            .map(ControlGroup.init)
    }

    /// The directories that may be the container's group, out of `/proc/<pid>/cgroup` and `/proc/self/mountinfo`
    /// (cgroups(7), proc(5)): for each hierarchy whose path names the container, the path below that hierarchy's
    /// mount. Version 1 has a line for each hierarchy, version 2 one line `0::path`, a hybrid system has both.
    static func candidates(membership: String, mounts: String, container id: String) -> [String] {
        let hierarchies = mounts.split(separator: "\n").compactMap(HierarchyMount.init)
        var result: [String] = []
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3, !id.isEmpty, fields[2].contains(id) else { continue }
            let controllers = Set(fields[1].split(separator: ",").map(String.init))
            for mount in hierarchies where mount.carries(controllers) {
                if let directory = mount.directory(of: fields[2]), !result.contains(directory) {
                    result.append(directory)
                }
            }
        }
        return result
    }

    /// The processes in the group and the groups below it; empty also when the group is gone.
    func processes() -> [Int32] { Self.processes(in: directory, depth: 16) }

    private static func processes(in directory: String, depth: Int) -> [Int32] {
        guard let list = KernelFile.text(directory + "/cgroup.procs") else { return [] }
        var result = list.split(separator: "\n").compactMap { Int32($0) }
        guard depth > 0, let entries = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            return result
        }
        for entry in entries {
            let child = directory + "/" + entry
            var isDirectory: ObjCBool = false
            if FileManager.default.fileExists(atPath: child, isDirectory: &isDirectory), isDirectory.boolValue {
                result += processes(in: child, depth: depth - 1)
            }
        }
        return result
    }
}

/// A mount of a control group hierarchy, out of a line of `/proc/self/mountinfo`.
private struct HierarchyMount {
    let root: String
    let point: String
    let isVersion2: Bool
    /// Super block options: the controllers of a version 1 hierarchy are among them.
    let options: Set<String>

    init?(_ line: Substring) {
        let halves = line.split(separator: " - ", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        let fields = halves[0].split(separator: " ")
        let tail = halves[1].split(separator: " ")
        guard fields.count >= 6, let type = tail.first, type == "cgroup" || type == "cgroup2" else { return nil }
        root = String(fields[3])
        point = String(fields[4])
        isVersion2 = type == "cgroup2"
        options = Set((tail.last ?? "").split(separator: ",").map(String.init))
    }

    /// Whether this is the hierarchy of a membership line with these controllers; version 2 has none.
    func carries(_ controllers: Set<String>) -> Bool {
        controllers.isEmpty ? isVersion2 : !isVersion2 && controllers.isSubset(of: options)
    }

    /// Where a group lies below this mount; nil when the mount shows another part of the hierarchy.
    func directory(of path: String) -> String? {
        if root == "/" { return point + path }
        guard path.hasPrefix(root + "/") else { return nil }
        return point + path.dropFirst(root.count)
    }
}
