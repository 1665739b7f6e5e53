import LabKit
import Posix
import Testing

@Suite struct KernelTextTests {
    @Test func aCommandNameWithBracketsDoesNotShiftTheFields() {
        let fields = (4...22).map { $0 == 22 ? "987654" : "\($0)" }.joined(separator: " ")
        #expect(ProcessTable.startTime(inStat: "12 (a) b (c) S \(fields) 23 24") == 987_654)
    }

    @Test func aZombieHasEnded() {
        let fields = (4...30).map(String.init).joined(separator: " ")
        #expect(ProcessTable.startTime(inStat: "12 (a) Z \(fields)") == nil)
    }

    @Test func garbageIsNoProcess() {
        #expect(ProcessTable.startTime(inStat: "") == nil)
        #expect(ProcessTable.startTime(inStat: "12 (a) S 1 2") == nil)
    }

    @Test func everyVersionOneHierarchyIsMountedAgain() {
        let text = """
            30 25 0:26 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:1 - cgroup cgroup rw,cpu,cpuacct
            32 30 0:28 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
            33 30 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """
        #expect(
            CgroupHierarchy.parse(mountInfo: text) == [
                CgroupHierarchy(mountPoint: "/sys/fs/cgroup/cpu,cpuacct", options: "cpu,cpuacct"),
                CgroupHierarchy(mountPoint: "/sys/fs/cgroup/systemd", options: "none,xattr,name=systemd"),
            ]
        )
        #expect(CgroupHierarchy(mountPoint: "/sys/fs/cgroup/cpu", options: "cpu").directory == "cpu")
    }

    @Test func aHostOfVersionTwoHasOneHierarchy() {
        let text = "33 30 0:29 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
        #expect(
            CgroupHierarchy.parse(mountInfo: text) == [
                CgroupHierarchy(mountPoint: "/sys/fs/cgroup", options: nil)
            ]
        )
    }

    @Test func thisProcessIsKnownAgainByPidAndStartTime() throws {
        let record = try #require(HolderRecord(running: ProcessTable.own))
        #expect(record.isAlive)
        var other = record
        other.startTime += 1
        #expect(!other.isAlive)
    }

    @Test func anExitStatusReadsAsAShellReportsIt() {
        #expect(ExitStatus(waitStatus: 7 << 8).shellCode == 7)
        #expect(ExitStatus(waitStatus: 9).shellCode == 137)
        #expect(ExitStatus(waitStatus: 0).isSuccess)
        #expect(!ExitStatus(waitStatus: 15).isSuccess)
    }
}
