/// Properties that somebody set on a volume's dataset itself, and that move with the volume.
///
/// They cross the network, so names are of a fixed list, or of user properties that are not ours, and values are bounded.
package struct VolumeSettings: Hashable, Sendable, Codable {
    package let values: [String: String]

    package static let none = VolumeSettings()

    private init() { values = [:] }

    /// ZFS's own properties that are carried (zfsprops(7)).
    ///
    /// Not `mountpoint`, `canmount`, `readonly` and `refquota`, which are the daemon's; not reservations, which the target
    /// may have no space for; not what can only be set at creation, which travels in the stream.
    package static let native: Set<String> = [
        "recordsize", "compression", "atime", "relatime", "xattr", "acltype", "logbias", "primarycache",
        "secondarycache",
        "sync", "redundant_metadata", "dnodesize", "snapdir", "exec", "setuid", "devices", "quota",
    ]
    /// Those that change what programs read and are allowed, not only how fast: a target that lacks them is refused.
    package static let meaningful: Set<String> = ["xattr", "acltype", "sync", "exec", "setuid", "devices"]
    /// Counts snapshots and what is being received, so a receive may fail by it: it is set when the volume is the target's.
    package static let limit = "quota"

    private static let prefix = "ployz:"
    /// How many user properties are carried, and how long a value may be.
    package static let userLimit = 64
    package static let valueLimit = 1024

    /// - Throws: ``InvalidName`` when a name is not carried, or a value is too long or of characters that it cannot have.
    package init(_ values: [String: String]) throws(InvalidName) {
        for (name, value) in values {
            guard Self.isCarried(name) else {
                throw InvalidName(text: String(name.prefix(100)), rule: "a property that moves with a volume")
            }
            guard Self.isValid(value, of: name) else {
                throw InvalidName(text: String(value.prefix(100)), rule: "a value of \(name)")
            }
        }
        guard values.keys.count(where: { $0.contains(":") }) <= Self.userLimit else {
            throw InvalidName(text: "user properties", rule: "at most \(Self.userLimit) of them")
        }
        self.values = values
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode([String: String].self))
        } catch let error as InvalidName {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }

    /// Without the limit: what is set before a receive.
    package var early: VolumeSettings { filtered { $0 != Self.limit } }

    /// The limit alone: what is set when nothing more is received.
    package var late: VolumeSettings { filtered { $0 == Self.limit } }

    private func filtered(_ isKept: (String) -> Bool) -> VolumeSettings {
        (try? VolumeSettings(values.filter { isKept($0.key) })) ?? .none
    }

    /// Whether a property of that name moves with a volume.
    package static func isCarried(_ name: String) -> Bool {
        native.contains(name) || isUserProperty(name) && !name.hasPrefix(prefix)
    }

    /// zfsprops(7), "User Properties": lower case letters, digits and `: + . _ -`, at least one colon, no dash first.
    private static func isUserProperty(_ name: String) -> Bool {
        (3...255).contains(name.utf8.count) && name.contains(":") && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"),
                    UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    package static func isValid(_ value: String, of name: String) -> Bool {
        guard native.contains(name) else {
            return value.utf8.count <= valueLimit && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        }
        return (1...32).contains(value.utf8.count)
            && value.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
