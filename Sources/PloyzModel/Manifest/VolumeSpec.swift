/// A volume as the manifest describes it.
package struct VolumeSpec: Codable, Hashable, Sendable {
    package var name: VolumeName
    package var scope: VolumeScope
    /// The most space the volume may use; nil for no limit.
    package var quota: Capacity?
    /// The mode of the volume's root directory.
    package var mode: FileMode
    /// The owner of the volume's root directory.
    package var owner: Ownership

    package init(
        name: VolumeName,
        scope: VolumeScope = .single,
        quota: Capacity? = nil,
        mode: FileMode = .default,
        owner: Ownership = .root
    ) {
        self.name = name
        self.scope = scope
        self.quota = quota
        self.mode = mode
        self.owner = owner
    }
}

package enum VolumeScope: String, Codable, Hashable, Sendable, CaseIterable {
    /// One instance of one service mounts it.
    case single
    /// Instances of several services mount it, all on the machine that owns it.
    case shared
}

/// A size as people write it: `512MiB`, `10GiB`, or a number of bytes.
package struct Capacity: Hashable, Comparable, Sendable, TextCodable {
    package let bytes: UInt64

    package init(bytes: UInt64) { self.bytes = bytes }

    /// - Throws: ``InvalidName`` unless `text` is a whole number and nothing, `B`, `KiB`, `MiB`, `GiB` or `TiB`,
    ///   below 2^63 bytes.
    package init(_ text: String) throws(InvalidName) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let shifts: [Substring: UInt64] = ["": 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40]
        guard let count = UInt64(digits), let shift = shifts[text.dropFirst(digits.count)],
            count <= UInt64(Int64.max) >> shift
        else {
            throw InvalidName(text: text, rule: "a whole number and B, KiB, MiB, GiB or TiB, such as 512MiB")
        }
        bytes = count << shift
    }

    package var description: String {
        for (unit, shift) in [("TiB", UInt64(40)), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return String(bytes)
    }

    package static func < (left: Capacity, right: Capacity) -> Bool { left.bytes < right.bytes }
}

/// A file mode, written in octal: `0750`.
package struct FileMode: Hashable, Sendable, TextCodable {
    /// 0 to 0o7777.
    package let bits: UInt16

    package static let `default` = FileMode(bits: 0o755)

    private init(bits: UInt16) { self.bits = bits }

    /// - Throws: ``InvalidName`` unless `text` is three or four octal digits.
    package init(_ text: String) throws(InvalidName) {
        guard (3...4).contains(text.count), let bits = UInt16(text, radix: 8), !text.hasPrefix("+") else {
            throw InvalidName(text: text, rule: "three or four octal digits, such as 0750")
        }
        self.bits = bits
    }

    package var description: String {
        let digits = String(bits, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// A user and a group by number, written `uid:gid`.
package struct Ownership: Hashable, Sendable, TextCodable {
    package let user: UInt32
    package let group: UInt32

    package static let root = Ownership(user: 0, group: 0)

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }

    /// - Throws: ``InvalidName`` unless `text` is two numbers of 0 to 2147483647 joined by `:`.
    package init(_ text: String) throws(InvalidName) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
        guard parts.count == 2, let user = parts[0], let group = parts[1], max(user, group) <= 0x7fff_ffff else {
            throw InvalidName(text: text, rule: "uid:gid in numbers, such as 999:999")
        }
        self.init(user: user, group: group)
    }

    package var description: String { "\(user):\(group)" }
}
