import PloyzModel
import PloyzZFS
import Testing

@Suite("Reading what zfs prints")
struct ReadingTests {
    static let stamp = """
        tank/a\tployz:volume\tshop/data\tlocal
        tank/a\tployz:owner\tm-0000000000000001\tlocal
        tank/a\tployz:epoch\t7\tlocal
        tank/a\tployz:state\tlive\tlocal

        """

    @Test("a table keeps names in order and reads numbers exactly")
    func table() throws {
        let table = try PropertyTable("tank/b@x\tguid\t17502845703219402756\t-\ntank/a\tused\t-\t-\n")
        #expect(table.names == ["tank/b@x", "tank/a"])
        #expect(table.number("tank/b@x", "guid") == 17_502_845_703_219_402_756)
        #expect(table.number("tank/a", "used") == nil)
        #expect(table["tank/c", "used"] == nil)
    }

    @Test("a line without four fields is refused", arguments: ["tank/a\tused\t1\n", "no dataset\n", "a\tb\tc\td\te\n"])
    func malformed(text: String) { #expect(throws: PloyzError.self) { try PropertyTable(text) } }

    @Test("a stamp is read when all four properties are local")
    func localStamp() throws {
        let row = try #require(try PropertyTable(Self.stamp).row("tank/a"))
        let stamp = try #require(StampProperties.stamp(in: row))
        #expect(stamp.volume == (try VolumeRef("shop/data")))
        #expect(stamp.epoch == Epoch(7))
        #expect(stamp.state == .live)
    }

    @Test("a received, inherited or missing property makes no stamp", arguments: StampProperties.names)
    func foreignStamp(name: String) throws {
        for source in ["received", "inherited from tank"] {
            let text = Self.stamp.split(separator: "\n").map { line in
                String(line).replacing("\tlocal", with: line.contains(name) ? "\t\(source)" : "\tlocal")
            }.joined(separator: "\n")
            let row = try #require(try PropertyTable(text).row("tank/a"))
            #expect(StampProperties.stamp(in: row) == nil)
        }
        let without = Self.stamp.split(separator: "\n").filter { !$0.contains(name) }.joined(separator: "\n")
        let row = try #require(try PropertyTable(without).row("tank/a"))
        #expect(StampProperties.stamp(in: row) == nil)
    }

    @Test("away from live the state is set first, to live it is set last")
    func order() throws {
        let volume = try VolumeRef("shop/data")
        let live = DatasetStamp(
            volume: volume,
            owner: try MachineID("m-0000000000000001"),
            epoch: Epoch(1),
            state: .live
        )
        let previous = DatasetStamp(
            volume: volume,
            owner: try MachineID("m-0000000000000002"),
            epoch: Epoch(2),
            state: .previous
        )
        #expect(StampProperties.changes(from: live, to: previous).first?.name == StampProperties.state)
        #expect(StampProperties.changes(from: previous, to: live).last?.name == StampProperties.state)
        #expect(StampProperties.changes(from: live, to: live).isEmpty)
        #expect(StampProperties.changes(from: nil, to: live).count == 4)
    }

    @Test("send -nP says the size in its last line")
    func sendSize() {
        let text = "incremental\tployz-1\ttank/a@ployz-2\t4096\nsize\t4720\n"
        #expect(SendSize.parse(text) == ByteCount(4720))
        #expect(SendSize.parse("full\ttank/a@x\t1\n") == nil)
    }

    @Test(
        "libzfs's words are told apart",
        arguments: [
            ("cannot open 'tank/x': dataset does not exist\n", ZFSComplaint.doesNotExist),
            ("cannot create snapshot 'a@b': dataset already exists", .alreadyExists),
            ("cannot hold 'a@b': tag already exists on this dataset", .tagExists),
            ("cannot release 't' from 'a@b': no such tag on this dataset", .noSuchTag),
            ("cannot destroy 'a@b': dataset is busy", .busy),
            ("umount: /m: target is busy.", .busy),
            ("cannot mount 'a': mountpoint or dataset is busy", .busy),
            ("cannot destroy snapshot a@b: it's being held. Run 'zfs holds -r a@b'", .kept),
            ("cannot rollback 'a': I/O error", .ioError),
            ("cannot receive incremental stream: invalid backup stream", .badStream),
            ("cannot receive: failed to read from stream", .badStream),
            ("something new", .other),
        ]
    )
    func complaints(text: String, expected: ZFSComplaint) {
        #expect(ZFSComplaint(exitStatus: 1, message: text) == expected)
        #expect(ZFSComplaint(exitStatus: 2, message: text) == .usage)
    }
}
