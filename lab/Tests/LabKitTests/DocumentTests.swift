import FoundationEssentials
import LabKit
import Testing

@Suite struct DocumentTests {
    @Test func theDaemonIsToldItsNameAddressAndPool() throws {
        let machine = try #require(MachineName("m2"))
        let lab = try #require(LabName("a"))
        #expect(
            MachineKind.netns.machine(machine, paths: LabPaths(lab)).daemonConfiguration == """
                name = "m2"
                underlay_addresses = ["192.168.90.12"]
                zfs_root = "tank/ployz"

                """
        )
    }

    @Test func everyMachineKnowsEveryOtherByName() {
        let machines = [1, 2].compactMap(MachineName.init(number:))
        #expect(
            MachineName.hosts(machines)
                == "127.0.0.1 localhost\n::1 localhost ip6-localhost\n192.168.90.11 m1\n192.168.90.12 m2\n"
        )
    }

    @Test func aRecordReadsBackAsItWasWritten() throws {
        let record = LabRecord(
            name: "a",
            kind: .netns,
            count: 2,
            bin: "/b",
            tools: "/t",
            poolSize: "8G",
            daemon: true
        )
        let text = try JSONFile.text(record)
        #expect(try JSONDecoder().decode(LabRecord.self, from: Data(text.utf8)) == record)
        #expect(record.machines.map(\.description) == ["m1", "m2"])
    }

    /// The image ID is the digest of this text: a changed byte is a changed ID.
    @Test func theConfigurationOfAnImageIsAlwaysTheSameText() throws {
        let text = try JSONFile.text(ImageConfiguration(command: ["/bin/true"], layer: "00ff"))
        #expect(text.contains(#""sha256:00ff""#))
        #expect(text.contains(#""created" : "1970-01-01T00:00:00Z""#))
        #expect(text == (try JSONFile.text(ImageConfiguration(command: ["/bin/true"], layer: "00ff"))))
    }

    @Test func anImageSaysHowItIsStoppedOnlyWhenItIsNotByDockersOwnSignal() throws {
        let plain = try JSONFile.text(ImageConfiguration(command: ["/bin/true"], layer: "00ff"))
        #expect(!plain.contains("StopSignal"))
        let database = ImageConfiguration(command: ["/bin/true"], path: "/db/bin", stopSignal: "SIGINT", layer: "00ff")
        let text = try JSONFile.text(database)
        #expect(text.contains(#""StopSignal" : "SIGINT""#))
        #expect(text.contains(#""PATH=/db/bin""#))
    }

    @Test func columnsAreAsWideAsTheirWidestCell() {
        #expect(TextTable.align([["A", "BB"], ["long", "c"]]) == "A     BB\nlong  c")
    }
}
