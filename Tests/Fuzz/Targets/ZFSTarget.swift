import PloyzModel

@testable import PloyzZFS

extension FuzzTarget {
    /// What `zfs`, `zpool` and the kernel print. Names and values in it may be anybody's.
    static let zfs = FuzzTarget(name: "zfs", longest: 2048) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        table(text)
        settings(LocalProperties.settings(text))
        _ = PoolFeatures.parse(text)
        _ = SendSize.parse(text)
        for status: Int32? in [nil, 1, 2] { _ = ZFSComplaint(exitStatus: status, message: text) }
        if let report = ResumeReport(text) {
            claim(!report.snapshot.contains("\n") && !report.snapshot.contains("\t"), "a snapshot is one word")
        }
        for entry in MountTable.parse(text) {
            claim(!entry.device.isEmpty && !entry.type.isEmpty, "a mount has a device and a type")
        }
        _ = try? ResumeToken(text)
        if let file = KeyFile(location: text) {
            claim(isOneLine(file.path) && file.path.hasPrefix("/"), "a key's file is an absolute path")
        }
    }

    private static func table(_ text: String) {
        guard let table = try? PropertyTable(text) else { return }
        for name in table.names {
            guard let row = table.row(name), let stamp = StampProperties.stamp(in: row) else { continue }
            let properties = StampProperties.properties(stamp)
            let again = StampProperties.stamp(
                in: Dictionary(
                    uniqueKeysWithValues: properties.map { ($0.name, .init(value: $0.value, source: "local")) }
                )
            )
            claim(again == stamp, "a stamp is the same when it is written: \(stamp)")
            claim(properties.allSatisfy { isOneLine($0.value) }, "a stamp is made of words")
            claim(StampProperties.changes(from: stamp, to: stamp).isEmpty, "a stamp does not differ from itself")
        }
    }

    /// They become arguments of `zfs set` on another machine.
    private static func settings(_ settings: VolumeSettings) {
        for (name, value) in settings.values {
            claim(VolumeSettings.isCarried(name) && !name.hasPrefix("ployz:"), "a stamp is never carried: \(name)")
            claim(isOneLine(name) && !name.contains("=") && !name.hasPrefix("-"), "a name is a name: \(name)")
            claim(!value.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "a value is one line")
        }
        claim(settings.early.values.count + settings.late.values.count == settings.values.count, "nothing is lost")
    }
}
