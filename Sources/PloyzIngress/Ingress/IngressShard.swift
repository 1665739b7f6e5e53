import PloyzModel

/// One of the files that services are spread over.
///
/// A file a service would be simpler, but HAProxy 2.6 hands the names of all files to itself in one variable when it
/// reloads, and the kernel takes 128 KiB of it: with 5,000 files its master ends ("Argument list too long").
struct IngressShard: Hashable, Comparable, Sendable {
    static let count: UInt64 = 64

    let number: Int

    init(_ service: ServiceRef) { number = Int(service.description.stableHash % Self.count) }

    /// The shard of a file's name; nil when it is none.
    init?(file: some StringProtocol) {
        guard file.hasPrefix("10-"), file.hasSuffix(".cfg"), let number = Int(file.dropFirst(3).dropLast(4)),
            0..<Int(Self.count) ~= number
        else { return nil }
        self.number = number
    }

    var file: String { "10-\(number).cfg" }

    static func < (left: IngressShard, right: IngressShard) -> Bool { left.number < right.number }
}
