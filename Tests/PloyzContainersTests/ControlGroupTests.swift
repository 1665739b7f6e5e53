import Testing

@testable import PloyzContainers

struct ControlGroupTests {
    private let id = "79d5ad9bc42e5a77bac7e99397e9d9ab00d8f88dcd23d9149e94f0760682ac3a"

    @Test("Version 1: each hierarchy that names the container, below its own mount")
    func version1() {
        let mounts = """
            25 1 254:0 / / rw,relatime - ext4 /dev/vda rw
            31 25 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct
            32 25 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
            33 25 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
            34 25 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            """
        let membership = """
            9:name=systemd:/docker/\(id)
            8:pids:/docker/\(id)
            2:cpu,cpuacct:/docker/\(id)
            1:memory:/docker/\(id)
            0::/
            """
        #expect(
            ControlGroup.candidates(membership: membership, mounts: mounts, container: id) == [
                "/sys/fs/cgroup/systemd/docker/\(id)",
                "/sys/fs/cgroup/pids/docker/\(id)",
                "/sys/fs/cgroup/cpu,cpuacct/docker/\(id)",
            ]
        )
    }

    @Test("Version 2 under systemd: the scope that Docker made")
    func version2() {
        let mounts = "29 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
        #expect(
            ControlGroup.candidates(
                membership: "0::/system.slice/docker-\(id).scope\n",
                mounts: mounts,
                container: id
            ) == ["/sys/fs/cgroup/system.slice/docker-\(id).scope"]
        )
    }

    @Test("A mount that shows a part of the hierarchy only")
    func partialMount() {
        let mounts = """
            29 22 0:26 /lab /sys/fs/cgroup rw - cgroup2 cgroup2 rw
            30 22 0:26 /laboratory /mnt rw - cgroup2 cgroup2 rw
            """
        #expect(
            ControlGroup.candidates(membership: "0::/lab/docker/\(id)", mounts: mounts, container: id)
                == ["/sys/fs/cgroup/docker/\(id)"]
        )
    }

    @Test(
        "A process of another container, of none, or an unreadable table is nobody",
        arguments: ["0::/system.slice/docker-aaaa.scope", "0::/", "", "garbage", "::", "0::"]
    )
    func other(membership: String) {
        let mounts = "29 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n- -\n29 22 - cgroup2"
        #expect(ControlGroup.candidates(membership: membership, mounts: mounts, container: id).isEmpty)
        #expect(ControlGroup.candidates(membership: membership, mounts: "", container: id).isEmpty)
        #expect(ControlGroup.candidates(membership: membership, mounts: mounts, container: "").isEmpty)
    }

    @Test("A group that is gone has no processes")
    func gone() {
        #expect(ControlGroup(directory: "/sys/fs/cgroup/never/was").processes().isEmpty)
        #expect(ControlGroup.of(process: 0, container: id) == nil)
    }

    @Test(
        "Stop signals by name and by number",
        arguments: [
            (nil, 15), ("", 15), ("SIGTERM", 15), ("TERM", 15), ("sigquit", 3), ("SIGWINCH", 28), ("9", 9),
            ("SIGRTMIN+3", 37), ("RTMAX-14", 50), ("SIGUSR1", 10),
        ] as [(String?, Int32)]
    )
    func signals(text: String?, number: Int32) {
        #expect(StopSignal(text)?.number == number)
    }

    @Test("What is no signal is refused", arguments: ["0", "65", "-1", "SIGNAL", "RTMIN+31", "RTMAX-31", "RTMIN+-1"])
    func noSignals(text: String) {
        #expect(StopSignal(text) == nil)
    }
}
