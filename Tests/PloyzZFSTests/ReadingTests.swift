import PloyzMigration
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
            ("cannot open 'a': dataset does not exist\ncannot receive: invalid backup stream", .badStream),
            ("cannot receive incremental stream: checksum mismatch or incomplete stream.\nPartially", .badStream),
            ("cannot receive: destination tank/x has been modified\nsince most recent snapshot", .modified),
            ("cannot receive: most recent snapshot of tank/x does not\nmatch incremental source", .notTheBase),
            ("destination tank/x contains partially-complete state from \"zfs receive -s\".", .partialReceive),
            ("'tank/x' does not have any resumable receive state to abort", .noPartialReceive),
            ("cannot receive incremental stream: IV set guid mismatch. See", .mixedEncryption),
            ("cannot mount 'tank/x': encryption key not loaded", .keyNotLoaded),
            ("cannot receive incremental stream: inherited key must be loaded", .keyNotLoaded),
            ("Key load error: Key already loaded for 'tank/x'.", .keyLoaded),
            ("Key load error: Incorrect key provided for 'tank/x'.", .badKey),
            ("Key load error: Failed to open key material file: No such file or directory", .badKey),
            ("Key load error: Raw key too short (expected 32).", .badKey),
            ("cannot create bookmark 'tank/a#b': bookmark exists", .alreadyExists),
            ("bookmark 'tank/a#b' does not exist.", .doesNotExist),
            ("destination tank/x space quota exceeded.", .noSpace),
            (
                "incremental send stream requires -L (--large-block), to match previous receive.", .otherRecords
            ),
            ("kernel modules must be upgraded to receive this stream.", .otherRecords),
            ("something new", .other),
        ]
    )
    func complaints(text: String, expected: ZFSComplaint) {
        #expect(ZFSComplaint(exitStatus: 1, message: text) == expected)
    }

    @Test("exit status 2 means that the call is not understood, unless it is only that the dataset is missing")
    func usage() {
        #expect(ZFSComplaint(exitStatus: 2, message: "invalid option 't'\nusage:\n\tsend …") == .usage)
        let missing = "cannot open 'tank/x@y': dataset does not exist\nusage:\n\tbookmark <snapshot|bookmark>"
        #expect(ZFSComplaint(exitStatus: 2, message: missing) == .doesNotExist)
    }

    static let token = """
        resume token contents:
        nvlist version: 0
        \tfromguid = 0x306b594338763b8d
        \tobject = 0x4
        \toffset = 0x20000
        \ttoguid = 0x39d364c098bdf72a
        \ttoname = tank/a/v@four
        \trawok = 1
        incremental\ttank/a/v@three\ttank/a/v@renamed\t5517240
        size\t5517240

        """

    @Test("a resume token says what is sent, from what, and how much is left")
    func resumeToken() throws {
        let report = try #require(ResumeReport(Self.token))
        #expect(report.snapshot == "tank/a/v@renamed")
        #expect(
            report.point
                == ResumePoint(
                    guid: 0x39d3_64c0_98bd_f72a,
                    base: 0x306b_5943_3876_3b8d,
                    bytes: ByteCount(5_517_240),
                    position: StreamPosition(object: 4, offset: 0x2_0000),
                    isRaw: true
                )
        )
        let full = "\ttoguid = 0x5\n\ttoname = tank/a@x\nfull\ttank/a@x\t1\nsize\t18446744073709548168\n"
        #expect(ResumeReport(full)?.point == ResumePoint(guid: 5, base: nil, bytes: nil, isRaw: false))
    }

    @Test(
        "a token that says anything twice, or nothing, is not trusted",
        arguments: [
            "", "cannot resume send: resume token is corrupt (invalid format)",
            token + "\ttoguid = 0x5\n", token + "full\ttank/b@x\t5\n",
            token.replacing("toguid", with: "other"), token.replacing("0x306b594338763b8d", with: "three"),
        ]
    )
    func untrustedToken(text: String) { #expect(ResumeReport(text) == nil) }

    @Test("settings are what was set on the dataset and moves with it; ours and half lines are left out")
    func settings() {
        let text = """
            quota\t0
            recordsize\t16384
            mountpoint\t/mnt
            compression\tzstd-5
            atime\toff
            refquota\t1048576
            com.example:owner\tAnna & Söhne
            com.example:note\tone\ttwo
            three
            ployz:state\tlive

            """
        #expect(
            LocalProperties.settings(text).values == [
                "recordsize": "16384", "compression": "zstd-5", "atime": "off", "com.example:owner": "Anna & Söhne",
            ]
        )
    }

    @Test("what differs is set, what is not wanted is taken back, access times stay off")
    func changes() throws {
        let present = try VolumeSettings(["atime": "off", "recordsize": "16384", "logbias": "latency", "a:b": "1"])
        let wanted = try VolumeSettings(["recordsize": "8192", "logbias": "latency", "c:d": "2"])
        let changes = SettingChanges(from: present, to: wanted)
        #expect(changes.set.map(\.assignment) == ["c:d=2", "recordsize=8192"])
        #expect(changes.inherited == ["a:b"])
    }

    @Test(
        "only properties that move with a volume cross the network",
        arguments: [
            ["mountpoint": "/"], ["ployz:state": "live"], ["readonly": "off"], ["keylocation": "prompt"],
            ["compression": "on\n"], ["recordsize": ""], ["Upper:case": "1"], ["-x:y": "1"],
            ["a:b": String(repeating: "x", count: 1025)], ["sync": "always -o x=y"],
        ]
    )
    func wire(values: [String: String]) throws {
        #expect(throws: InvalidName.self) { try VolumeSettings(values) }
        let data = try JSON.encode(values)
        #expect(throws: DecodingError.self) { try JSON.decode(VolumeSettings.self, from: data) }
    }

    @Test("features of a pool are those that are enabled or active")
    func poolFeatures() {
        let text = """
            size\t8589934592
            feature@large_blocks\tenabled
            feature@encryption\tactive
            feature@zstd_compress\tdisabled
            feature@raidz_expansion\tenabled

            """
        #expect(PoolFeatures.parse(text) == [.largeBlocks, .encryption])
    }

    @Test(
        "key files are absolute paths, whatever the keylocation says",
        arguments: ["prompt", "none", "https://k/x", "file://rel", "file:///a/../b", "file:///"]
    )
    func noKeyFile(location: String) { #expect(KeyFile(location: location) == nil) }
}
