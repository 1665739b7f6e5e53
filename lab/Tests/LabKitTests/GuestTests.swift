import Posix
import Testing

@testable import LabKit

@Suite struct GuestTests {
    @Test func wordsReachAGuestAsTheyAre() throws {
        let words = ["", "a b", "it's", "$HOME", "\"", "\\", "\n", "*"]
        let line = "printf '%s|' " + words.map(GuestConnection.quoted).joined(separator: " ")
        #expect(try Command(["sh", "-c", line]).output() == words.map { $0 + "|" }.joined())
    }

    @Test func aGuestHasItsOwnDisksNameAndAddress() throws {
        let name = try #require(MachineName("m2"))
        let paths = LabPaths(try #require(LabName("a")))
        let arguments = GuestMachine.arguments(
            name,
            image: GuestImage(directory: "/image"),
            accelerator: .tcg,
            disks: GuestDisks(paths: paths, machine: name),
            tools: "/tools.img",
            console: "/console.log",
            monitor: "/m2.qmp"
        )
        let line = try #require(arguments.first { $0.contains("lab.machine") })
        #expect(line.contains("lab.machine=m2 lab.address=192.168.90.12/24"))
        #expect(arguments.contains("if=none,id=root,format=qcow2,cache=unsafe,file=/var/lib/ployz-lab/a/m2/root.qcow2"))
        #expect(arguments.contains("if=none,id=tools,format=raw,readonly=on,file=/tools.img"))
        #expect(!arguments.contains { $0.hasPrefix("kvm") })
    }
}
