import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzZFS

@Suite("Mount tables and stand-ins")
struct MountTests {
    @Test("a line of mountinfo is read, with its escapes")
    func entry() throws {
        let text = """
            287 265 0:90 /data /var/lib/x\\040y rw,relatime shared:12 master:3 - fuse.zfs tank/ployz/a rw,user_id=0
            24 1 8:1 / / rw - ext4 /dev/sda rw
            garbage

            """
        let entries = MountTable.parse(text)
        #expect(entries.count == 2)
        let zfs = try #require(entries.first)
        #expect(zfs.device == "0:90")
        #expect(zfs.root == "/data")
        #expect(zfs.mountPoint == "/var/lib/x y")
        #expect(zfs.propagation == ["shared:12", "master:3"])
        #expect(zfs.source == "tank/ployz/a")
        #expect(zfs.isZFS)
        #expect(entries.last?.isZFS == false)
    }

    @Test("names of datasets and directories follow from the volume's")
    func layout() throws {
        let layout = try ZFSLayout(root: try DatasetName("tank/ployz"), mountRoot: "/m", stateDirectory: "/s")
        let volume = try VolumeRef("shop/data")
        #expect(layout.dataset(of: volume).text == "tank/ployz/shop/data")
        #expect(layout.staging(of: volume).text == "tank/ployz/.staging/shop.data")
        #expect(layout.directory(of: volume) == "/m/shop/data/data")
        #expect(layout.lock(of: volume) == "/s/locks/shop.data")
    }

    @Test("a path that is relative or climbs is refused", arguments: ["m", "/m/", "/m/../x", ""])
    func badPath(path: String) throws {
        let root = try DatasetName("tank/ployz")
        #expect(throws: PloyzError.self) { try ZFSLayout(root: root, mountRoot: path, stateDirectory: "/s") }
    }

    @Test("the longest names still make valid datasets")
    func longNames() throws {
        let label = "a" + String(repeating: "b", count: 62)
        let layout = try ZFSLayout(
            root: try DatasetName(String(repeating: "r", count: 60)),
            mountRoot: "/m",
            stateDirectory: "/s"
        )
        let volume = try VolumeRef("\(label)/\(label)")
        #expect(layout.staging(of: volume).text.utf8.count <= 200)
        #expect(layout.dataset(of: volume).text.utf8.count <= 200)
    }

    @Test("a stand-in is made and removed, twice each")
    func placeholder() throws {
        try withLayout { layout, volume in
            let placeholder = Placeholder(layout: layout, volume: volume)
            try placeholder.clear()
            try placeholder.make()
            try placeholder.make()
            #expect(isDirectory(layout.directory(of: volume)))
            try placeholder.clear()
            try placeholder.clear()
            #expect(!isDirectory(layout.directory(of: volume)))
        }
    }

    @Test("a stand-in that somebody wrote into is not removed")
    func writtenPlaceholder() throws {
        try withLayout { layout, volume in
            let placeholder = Placeholder(layout: layout, volume: volume)
            try placeholder.make()
            try Data("x".utf8).write(to: URL(filePath: layout.directory(of: volume) + "/file"))
            let error = #expect(throws: PloyzError.self) { try placeholder.clear() }
            #expect(error?.code == .mountPointInUse)
            #expect(isDirectory(layout.directory(of: volume)))
        }
    }

    @Test("a lock that is held makes others wait, and then give up by name")
    func lock() async throws {
        let path = FileManager.default.temporaryDirectory.path() + "ployz-lock-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let time = SystemTimekeeper()
        let first = try await DatasetLock.take(path, .shared, limit: .zero, timekeeper: time)
        let second = try await DatasetLock.take(path, .shared, limit: .zero, timekeeper: time)
        let error = await #expect(throws: PloyzError.self) {
            _ = try await DatasetLock.take(path, .exclusive, limit: .milliseconds(50), timekeeper: time)
        }
        #expect(error?.code == .volumeBusy)
        _ = consume first
        _ = consume second
        _ = try await DatasetLock.take(path, .exclusive, limit: .seconds(5), timekeeper: time)
    }

    private func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    private func withLayout(_ body: (ZFSLayout, VolumeRef) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.path() + "ployz-mount-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(
            try ZFSLayout(root: try DatasetName("tank/ployz"), mountRoot: directory, stateDirectory: "/s"),
            try VolumeRef("shop/data")
        )
    }
}
