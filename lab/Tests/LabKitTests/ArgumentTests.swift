import LabKit
import Testing

@Suite struct ArgumentTests {
    @Test func aMachineIsPluggedIntoTheSwitchByAPortOfItsName() throws {
        let machine = try #require(MachineName("m12"))
        #expect(
            Underlay.plugIn(machine, holder: 4711) == [
                [
                    "ip", "link", "add", "m12", "type", "veth",
                    "peer", "name", "eth0", "address", "02:70:6c:00:00:0c", "netns", "4711",
                ],
                ["ip", "link", "set", "m12", "master", "br0", "up"],
            ]
        )
        #expect(
            Underlay.configure(machine) == [
                ["ip", "address", "add", "192.168.90.22/24", "dev", "eth0"],
                ["ip", "link", "set", "eth0", "up"],
            ]
        )
    }

    @Test func aCutDropsBothWays() throws {
        let (one, two) = (try #require(MachineName("m1")), try #require(MachineName("m2")))
        let rule = ["nft", "add", "rule", "bridge", "ployz_lab", "cuts"]
        #expect(
            Underlay.cut(one, two) == [
                rule + ["iifname", "m1", "oifname", "m2", "drop"],
                rule + ["iifname", "m2", "oifname", "m1", "drop"],
            ]
        )
    }

    @Test func aLossDropsByChanceBothWaysAndEndsWithTheCuts() throws {
        let (one, two) = (try #require(MachineName("m1")), try #require(MachineName("m2")))
        let chance = ["numgen", "random", "mod", "1000", "<", "10", "drop"]
        let rule = ["nft", "add", "rule", "bridge", "ployz_lab", "cuts"]
        #expect(
            Underlay.lose(10, one, two) == [
                rule + ["iifname", "m1", "oifname", "m2"] + chance,
                rule + ["iifname", "m2", "oifname", "m1"] + chance,
            ]
        )
        #expect(Underlay.heal == ["nft", "flush", "chain", "bridge", "ployz_lab", "cuts"])
    }

    @Test func aLimitIsPutOnTheSwitchsPortOfTheMachine() throws {
        let machine = try #require(MachineName("m3"))
        #expect(
            Underlay.limit(machine, megabits: 40) == [
                "tc", "qdisc", "replace", "dev", "m3", "root", "tbf", "rate", "40mbit", "burst", "64kb", "latency",
                "200ms",
            ]
        )
        #expect(Underlay.unlimit(machine) == ["tc", "qdisc", "delete", "dev", "m3", "root"])
    }

    @Test func aSeveredPortResetsBothEndsOfAConnection() {
        let rules = Underlay.sever(port: 4319).filter { $0.starts(with: ["nft", "add", "rule"]) }
        #expect(
            rules == [
                "nft add rule inet ployz_lab in tcp dport 4319 reject with tcp reset".split(separator: " ").map(
                    String.init
                ),
                "nft add rule inet ployz_lab out tcp sport 4319 tcp flags & rst == 0 reject with tcp reset".split(
                    separator: " "
                ).map(
                    String.init
                ),
            ]
        )
    }

    @Test func aCommandEntersEveryNamespaceOfAMachine() {
        #expect(
            Namespaces.entering(7, ["zpool", "list"]) == [
                "nsenter", "--target", "7", "--cgroup", "--ipc", "--uts", "--net", "--pid", "--mount", "--",
                "zpool", "list",
            ]
        )
    }

    @Test func dockerRunsBesideItsOwnContainerdWithoutADefaultBridge() {
        #expect(
            Daemon.dockerd.arguments == [
                "dockerd", "--config-file", "/run/ployz-lab/docker.json", "--host", "unix:///run/docker.sock",
                "--containerd", "/run/containerd/containerd.sock", "--bridge=none",
                "--exec-opt", "native.cgroupdriver=cgroupfs",
            ]
        )
    }

    @Test func zfsStaysInTheForegroundAndMountsNothingOnTheHostsRoot() {
        #expect(
            Daemon.zfsFuse.arguments == [
                "zfs-fuse", "--no-daemon", "--no-kstat-mount", "--pidfile", "/run/zfs-fuse.pid",
            ]
        )
    }

    @Test func anArchiveDependsOnNamesModesAndContentsOnly() {
        #expect(
            WorkloadImage.tar(from: "/a b", to: "/c.tar") == [
                "tar", "--create", "--file", "/c.tar", "--format", "gnu", "--sort", "name", "--mtime", "@0",
                "--owner", "0", "--group", "0", "--numeric-owner", "--directory", "/a b", ".",
            ]
        )
    }

    @Test func librariesAndTheLoaderAreFoundInWhatLddPrints() {
        let text = """
            \tlinux-vdso.so.1 (0x00007ffd5d5f2000)
            \tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1)
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f2)
            """
        #expect(
            WorkloadImage.libraries(inLdd: text) == [
                "/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2",
            ]
        )
    }

    @Test func theLabsProgramsComeFirstInThePath() {
        #expect(
            InteractiveSession.path(inherited: "/opt/bin")
                == "/run/ployz-lab/bin:/run/ployz-lab/tools:/opt/bin:\(NamespaceShell.systemPath)"
        )
        #expect(
            InteractiveSession.path(inherited: nil)
                == "/run/ployz-lab/bin:/run/ployz-lab/tools:\(NamespaceShell.systemPath)"
        )
    }
}
