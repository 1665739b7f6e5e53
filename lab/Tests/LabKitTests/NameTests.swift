import LabKit
import Testing

@Suite struct NameTests {
    @Test(arguments: ["lab", "a", "0", "demo-2", "abcdefghijklmnopqrst"])
    func aPlainNameNamesALab(text: String) {
        #expect(LabName(text)?.description == text)
    }

    @Test(arguments: ["", "-a", "A", "a b", "a/b", "..", "é", "a\n", "abcdefghijklmnopqrstu"])
    func anythingElseNamesNoLab(text: String) {
        #expect(LabName(text) == nil)
    }

    @Test(arguments: ["m1", "m2", "m99", "m200"])
    func aNumberedNameNamesAMachine(text: String) {
        #expect(MachineName(text)?.description == text)
    }

    @Test(arguments: ["", "m", "m0", "m01", "m201", "M1", "1", "m-1", "m+1", "m1 ", "switch"])
    func anythingElseNamesNoMachine(text: String) {
        #expect(MachineName(text) == nil)
    }

    @Test func theNumberDecidesTheAddresses() throws {
        let first = try #require(MachineName("m1"))
        let last = try #require(MachineName("m200"))
        #expect(first.underlayAddress == "192.168.90.11")
        #expect(first.hardwareAddress == "02:70:6c:00:00:01")
        #expect(last.underlayAddress == "192.168.90.210")
        #expect(last.hardwareAddress == "02:70:6c:00:00:c8")
    }

    @Test func everythingOfALabLiesBelowItsName() throws {
        let paths = LabPaths(try #require(LabName("one")))
        #expect(paths.state == "/var/lib/ployz-lab/one")
        #expect(paths.holder(of: "m1") == "/run/ployz-lab/one/m1.json")
        #expect(paths.log(of: "m1", "dockerd") == "/var/lib/ployz-lab/one/m1/var/log/lab/dockerd.log")
        #expect(paths.cgroup == "ployz-lab.one")
        #expect(paths.mark == "PLOYZ_LAB_MARK=/var/lib/ployz-lab/one")
    }
}
