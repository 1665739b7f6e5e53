import PloyzMigration
import PloyzModel
import PloyzZFS
import Testing

@Suite("The argument vectors of zfs")
struct ZFSArgumentsTests {
    let dataset: DatasetName
    let one: SnapshotName
    let two: SnapshotName
    let base: VolumeSnapshot

    init() throws {
        dataset = try DatasetName("tank/ployz/shop/data")
        one = try SnapshotName("ployz-1")
        two = try SnapshotName("ployz-2")
        base = VolumeSnapshot(name: one, guid: 1, creation: 1)
    }

    @Test("a volume is created with its properties, never with -p")
    func create() {
        let words = ZFSArguments.create(dataset, [.canmount(.noauto), .mountpoint("/m/shop/data")]).words
        #expect(
            words == ["create", "-o", "canmount=noauto", "-o", "mountpoint=/m/shop/data", "tank/ployz/shop/data"]
        )
    }

    @Test("properties are read exactly, by field, several at once")
    func get() {
        #expect(
            ZFSArguments.get(["guid", "used"], of: [.dataset(dataset), .snapshot(dataset, one)]).words == [
                "get", "-Hp", "-o", "name,property,value,source", "guid,used", "tank/ployz/shop/data",
                "tank/ployz/shop/data@ployz-1",
            ]
        )
        #expect(
            ZFSArguments.get(["guid"], below: dataset, depth: 1).words == [
                "get", "-Hp", "-r", "-d", "1", "-o", "name,property,value,source", "guid", "tank/ployz/shop/data",
            ]
        )
    }

    @Test("a full send names the snapshot alone")
    func sendFull() {
        #expect(
            ZFSArguments.send(dataset, one, from: nil, intermediates: false).words == [
                "send", "tank/ployz/shop/data@ployz-1",
            ]
        )
    }

    @Test("an incremental send uses -i, with intermediates -I", arguments: [(false, "-i"), (true, "-I")])
    func sendIncremental(intermediates: Bool, flag: String) {
        #expect(
            ZFSArguments.send(dataset, two, from: base, intermediates: intermediates).words == [
                "send", flag, "@ployz-1", "tank/ployz/shop/data@ployz-2",
            ]
        )
    }

    @Test("a send from a bookmark names it with #, with the flags of the lineage; its size is asked for with the same")
    func sendFromBookmark() {
        let bookmark = VolumeSnapshot(name: one, guid: 1, creation: 1, isBookmark: true)
        let rest = ["-L", "-c", "-i", "#ployz-1", "tank/ployz/shop/data@ployz-2"]
        let flags: [StreamFlag] = [.largeBlocks, .compressed]
        #expect(
            ZFSArguments.send(dataset, two, from: bookmark, intermediates: false, flags: flags).words == ["send"] + rest
        )
        #expect(
            ZFSArguments.send(dataset, two, from: bookmark, intermediates: false, flags: flags, estimating: true).words
                == ["send", "-nP"] + rest
        )
        #expect(
            ZFSArguments.send(dataset, two, from: base, intermediates: false, flags: [.raw]).words
                == ["send", "-w", "-i", "@ployz-1", "tank/ployz/shop/data@ployz-2"]
        )
    }

    @Test("a stream that goes on is named by its token alone")
    func resume() throws {
        let token = try ResumeToken("1-c74c0ca40-b8-789c")
        #expect(ZFSArguments.examine(token).words == ["send", "-nvP", "-t", "1-c74c0ca40-b8-789c"])
        #expect(ZFSArguments.resume(token).words == ["send", "-t", "1-c74c0ca40-b8-789c"])
        #expect(ZFSArguments.abortReceive(into: dataset).words == ["receive", "-A", "tank/ployz/shop/data"])
    }

    @Test("bookmarks have their snapshots' names")
    func bookmarks() {
        let name = "tank/ployz/shop/data#ployz-1"
        #expect(ZFSArguments.bookmark(dataset, one).words == ["bookmark", "tank/ployz/shop/data@ployz-1", name])
        #expect(ZFSArguments.destroyBookmark(dataset, one).words == ["destroy", name])
        #expect(
            ZFSArguments.bookmarks(["guid"], of: dataset).words == [
                "get", "-Hp", "-r", "-d", "1", "-t", "bookmark", "-o", "name,property,value,source", "guid",
                "tank/ployz/shop/data",
            ]
        )
    }

    @Test("a key is named by its file, and checked without being loaded")
    func keys() throws {
        let file = try KeyFile("/etc/ployz/keys/a key.raw".replacing(" ", with: "-"))
        #expect(
            ZFSArguments.loadKey(of: dataset, from: file, verifying: false).words
                == ["load-key", "-L", "file:///etc/ployz/keys/a-key.raw", "tank/ployz/shop/data"]
        )
        #expect(
            ZFSArguments.loadKey(of: dataset, from: file, verifying: true).words
                == ["load-key", "-n", "-L", "file:///etc/ployz/keys/a-key.raw", "tank/ployz/shop/data"]
        )
        #expect(
            ZFSArguments.loadKey(of: dataset, from: nil, verifying: false).words == [
                "load-key", "tank/ployz/shop/data",
            ]
        )
        #expect(ZFSArguments.unloadKey(of: dataset).words == ["unload-key", "tank/ployz/shop/data"])
    }

    @Test("receive, rollback and unmount carry no force")
    func noForce() {
        #expect(ZFSArguments.receive(into: dataset).words == ["receive", "tank/ployz/shop/data"])
        #expect(ZFSArguments.receive(into: dataset, flags: ["-u"]).words == ["receive", "-u", "tank/ployz/shop/data"])
        #expect(ZFSArguments.rollback(dataset, one).words == ["rollback", "tank/ployz/shop/data@ployz-1"])
        #expect(ZFSArguments.unmount(dataset).words == ["unmount", "tank/ployz/shop/data"])
        #expect(ZFSArguments.mount(dataset).words == ["mount", "tank/ployz/shop/data"])
    }

    @Test("snapshots are taken, held, released and destroyed one by one")
    func snapshots() {
        let name = "tank/ployz/shop/data@ployz-1"
        #expect(ZFSArguments.snapshot(dataset, one).words == ["snapshot", name])
        #expect(ZFSArguments.hold(dataset, one, tag: "ployz:previous").words == ["hold", "ployz:previous", name])
        #expect(ZFSArguments.release(dataset, one, tag: "ployz:previous").words == ["release", "ployz:previous", name])
        #expect(ZFSArguments.destroySnapshot(dataset, one).words == ["destroy", name])
    }

    @Test("quota is refquota, so that snapshots of ours do not use it up")
    func quota() throws {
        #expect(ZFSProperty.quota(try Capacity("1MiB")).assignment == "refquota=1048576")
        #expect(ZFSProperty.quota(nil).assignment == "refquota=none")
    }
}
