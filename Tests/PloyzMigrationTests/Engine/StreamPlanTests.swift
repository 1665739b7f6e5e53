import PloyzModel
import Testing

@testable import PloyzMigration

/// What is decided about streams before the first of them: base, flags, settings.
@Suite struct StreamPlanTests {
    let volume: VolumeRecord
    let here: MachineID
    let there: MachineID

    init() throws {
        here = try MachineID("m-0000000000000001")
        there = try MachineID("m-0000000000000002")
        let ref = try VolumeRef("shop/data")
        volume = VolumeRecord(ref: ref, spec: VolumeSpec(name: ref.volume), owner: here, epoch: Epoch(1))
    }

    private func snapshot(_ name: String, _ guid: UInt64, isBookmark: Bool = false) throws -> VolumeSnapshot {
        VolumeSnapshot(name: try SnapshotName(name), guid: guid, creation: guid, isBookmark: isBookmark)
    }

    // MARK: The base

    @Test func aBookmarkIsTheBaseWhenItsSnapshotIsGone() throws {
        let source = [try snapshot("ployz-1", 1), try snapshot("ployz-3", 3)]
        let marks = [try snapshot("ployz-1", 1, isBookmark: true), try snapshot("ployz-2", 2, isBookmark: true)]
        let target = [try snapshot("ployz-1", 1), try snapshot("ployz-2", 2)]
        let choice = BaseChoice(source: source, bookmarks: marks, target: target, record: volume, targetMachine: there)
        #expect(choice.base == marks[1])
        #expect(choice.superseded.isEmpty)
        let both = BaseChoice(
            source: source,
            bookmarks: [marks[0]],
            target: [target[0]],
            record: volume,
            targetMachine: there
        )
        #expect(both.base == source[0], "a snapshot is better than its bookmark: it can be held")
    }

    @Test func snapshotsThatUsersMadeAreCarriedAndTheNewestOfTooMany() throws {
        let names = try (1...300).map { try snapshot("daily-\($0)", UInt64($0)) } + [try snapshot("ployz-9", 400)]
        let choice = BaseChoice(source: names, target: [], record: volume, targetMachine: there)
        #expect(choice.carried.map(\.guid) == (45...300).map(UInt64.init))
        #expect(choice.userSnapshots == (256, 44))
        let later = BaseChoice(source: names, target: [names[297]], record: volume, targetMachine: there)
        #expect(later.carried.map(\.guid) == [299, 300])
        let namesake = VolumeSnapshot(name: names[298].name, guid: 7000, creation: 1)
        let other = BaseChoice(source: names, target: [namesake, names[297]], record: volume, targetMachine: there)
        #expect(other.carried.map(\.guid) == [300], "the target has another snapshot of that name")
    }

    @Test func aStreamThatWasCutOffGoesOnWhenItIsTheNextInLine() throws {
        let source = [try snapshot("ployz-1", 1), try snapshot("ployz-2", 2), try snapshot("daily", 3)]
        func choice(_ point: ResumePoint, target: [VolumeSnapshot] = []) -> BaseChoice {
            BaseChoice(source: source, target: target, record: volume, targetMachine: there, resume: point)
        }
        let full = choice(ResumePoint(guid: 2, base: nil, bytes: nil, isRaw: false))
        #expect(full.resumes)
        #expect(full.carried.map(\.guid) == [2, 3])
        let increment = choice(ResumePoint(guid: 2, base: 1, bytes: nil, isRaw: false), target: [source[0]])
        #expect(increment.resumes)
        #expect(increment.carried.map(\.guid) == [2, 3])
        #expect(!choice(ResumePoint(guid: 9, base: nil, bytes: nil, isRaw: false)).resumes, "its snapshot is gone")
        #expect(!choice(ResumePoint(guid: 2, base: 1, bytes: nil, isRaw: false)).resumes, "its base is not there")
        let behind = BaseChoice(
            source: [try snapshot("daily", 1), try snapshot("ployz-2", 2)],
            target: [],
            record: volume,
            targetMachine: there,
            resume: ResumePoint(guid: 2, base: nil, bytes: nil, isRaw: false)
        )
        #expect(!behind.resumes, "an older one goes first")
    }

    @Test func aPartFitsOnlyTheStreamThatItIsOf() throws {
        let (base, next) = (try snapshot("ployz-1", 1), try snapshot("ployz-2", 2))
        func stream(_ base: VolumeSnapshot?, _ flags: [StreamFlag] = []) -> VolumeStream {
            VolumeStream(volume: volume.ref, base: base, snapshot: next, includesIntermediates: false, flags: flags)
        }
        let point = ResumePoint(guid: 2, base: 1, bytes: nil, isRaw: false)
        #expect(point.fits(stream(base)))
        #expect(!point.fits(stream(nil)))
        #expect(!point.fits(stream(base, [.raw])))
        #expect(!ResumePoint(guid: 3, base: 1, bytes: nil, isRaw: false).fits(stream(base)))
    }

    // MARK: Flags

    private func storage(
        _ features: Set<StorageFeature> = [.sendCompressed, .sendRaw],
        _ pool: Set<PoolFeature>? = Set(PoolFeature.allCases),
        properties: Set<String>? = VolumeSettings.native
    ) throws -> StorageCapability {
        StorageCapability(
            root: try DatasetName("tank/ployz"),
            implementation: "test",
            features: features,
            poolFeatures: pool,
            properties: properties
        )
    }

    private var encryption: VolumeEncryption {
        get throws {
            VolumeEncryption(
                cipher: "aes-256-gcm",
                root: try DatasetName("tank/ployz/shop/data"),
                isOwnRoot: true,
                keyFormat: "raw",
                keyFile: try KeyFile("/etc/key"),
                isLoaded: true
            )
        }
    }

    private func flags(
        of record: VolumeRecord? = nil,
        base: VolumeSnapshot? = nil,
        encryption: VolumeEncryption? = nil,
        _ source: StorageCapability,
        _ target: StorageCapability?
    ) -> [StreamFlag] {
        Lineage.flags(of: record ?? volume, base: base, encryption: encryption, source: source, target: target)
    }

    @Test func aFirstSendUsesWhatBothEndsCan() throws {
        let full = try storage()
        #expect(flags(full, full) == [.largeBlocks, .compressed])
        #expect(flags(full, try storage([], nil)) == [], "the other end is zfs-fuse")
        #expect(flags(full, nil) == [])
        #expect(flags(full, try storage([.sendCompressed], [.lz4, .zstd])) == [.compressed])
        #expect(
            flags(full, try storage([.sendCompressed], [.lz4, .largeBlocks])) == [.largeBlocks],
            "a block that zstd compressed cannot be received without it"
        )
    }

    @Test func laterSendsUseWhatTheFirstDid() throws {
        let full = try storage()
        var old = volume
        old.sendFlags = [.largeBlocks]
        #expect(flags(of: old, full, full) == [.largeBlocks])
        old.sendFlags = []
        #expect(flags(of: old, full, full) == [])
        #expect(flags(base: try snapshot("ployz-1", 1), full, full) == [], "it began before flags were kept")
        old.sendFlags = nil
        old.previousCopies = [
            PreviousCopy(machine: there, snapshot: try SnapshotName("ployz-1"), guid: 1, epoch: Epoch(1))
        ]
        #expect(flags(of: old, full, full) == [])
    }

    @Test func anEncryptedVolumeIsSentRaw() throws {
        let full = try storage()
        #expect(flags(encryption: try encryption, full, full) == [.raw])
        #expect(flags(encryption: try encryption, full, try storage([], nil)) == [.raw], "and is refused there")
        #expect(Lineage.missing([.raw], on: try storage([], nil)) == ["send-raw", "the pool feature encryption"])
        #expect(Lineage.missing([.raw], on: full).isEmpty)
        #expect(
            Lineage.missing([.largeBlocks, .compressed], on: try storage([.sendCompressed], [.lz4]))
                == ["the pool feature large_blocks"]
        )
        var plain = volume
        plain.sendFlags = []
        #expect(flags(of: plain, encryption: try encryption, full, full) == [], "its copies elsewhere came otherwise")
    }

    // MARK: Settings

    @Test func settingsThatTheTargetLacksAreLeftOutOrRefused() throws {
        let wanted = try VolumeSettings([
            "recordsize": "1048576", "compression": "zstd-3", "acltype": "posix", "dnodesize": "auto", "a:b": "c",
            "logbias": "throughput",
        ])
        let all = CarriedSettings(wanted, target: try storage())
        #expect(all.settings == wanted)
        #expect(all.dropped.isEmpty && all.refused.isEmpty)
        let old = CarriedSettings(
            wanted,
            target: try storage([], nil, properties: ["recordsize", "compression", "logbias", "xattr"])
        )
        #expect(old.settings.values == ["a:b": "c", "logbias": "throughput"])
        #expect(old.dropped == ["compression=zstd-3", "dnodesize=auto", "recordsize=1048576"])
        #expect(old.refused == ["acltype=posix"])
    }

    @Test func aQuotaWaitsUntilNothingMoreIsReceived() throws {
        let settings = try VolumeSettings(["quota": "1048576", "sync": "always"])
        #expect(settings.early.values == ["sync": "always"])
        #expect(settings.late.values == ["quota": "1048576"])
    }
}
