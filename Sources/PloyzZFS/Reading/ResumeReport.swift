package import PloyzMigration
import PloyzModel

/// What `zfs send -nvP -t TOKEN` prints (OpenZFS 2.3.2):
///
///     resume token contents:
///     nvlist version: 0
///     	fromguid = 0x306b594338763b8d
///     	toguid = 0x39d364c098bdf72a
///     	toname = tank/a/v@four
///     	rawok = 1
///     incremental	tank/a/v@three	tank/a/v@four	5517240
///     size	5517240
///
/// The token comes from another machine, and may name anything. The list is printed as it is in the token; the line below
/// it names the snapshot that this machine has found by its GUID, and would send.
package struct ResumeReport: Hashable, Sendable {
    /// The snapshot that would be sent, `dataset@name`.
    package let snapshot: String
    package let point: ResumePoint

    /// nil when it says anything twice, or not at all: a token is never trusted in doubt.
    package init?(_ text: String) {
        var fields: [Substring: Substring] = [:]
        var found: [String] = []
        var size: UInt64?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("\t") {
                let parts = line.dropFirst().split(separator: " = ", maxSplits: 1)
                guard parts.count == 2, fields.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
                continue
            }
            let words = line.split(separator: "\t")
            switch words.first {
            case "full" where words.count == 3: found.append(String(words[1]))
            case "incremental" where words.count == 4: found.append(String(words[2]))
            case "size" where words.count == 2: size = UInt64(words[1])
            default: break
            }
        }
        guard let guid = fields["toguid"].flatMap(Self.number), found.count == 1, let snapshot = found.first else {
            return nil
        }
        let base = fields["fromguid"].flatMap(Self.number)
        guard (base != nil) == (fields["fromguid"] != nil) else { return nil }
        self.snapshot = snapshot
        point = ResumePoint(
            guid: guid,
            base: base,
            // When only the end is missing, ZFS's difference is below zero and printed as a number near 2^64.
            bytes: size.flatMap { $0 < 1 << 62 ? ByteCount($0) : nil },
            // What is zero is not in the token.
            position: StreamPosition(
                object: fields["object"].flatMap(Self.number) ?? 0,
                offset: fields["offset"].flatMap(Self.number) ?? 0
            ),
            isRaw: fields["rawok"] != nil
        )
    }

    private static func number(_ text: Substring) -> UInt64? {
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : nil
    }
}
