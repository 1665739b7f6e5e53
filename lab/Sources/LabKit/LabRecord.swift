import FoundationEssentials
import Posix

/// What `up` was asked for; written before anything is made, and read by every later command.
package struct LabRecord: Codable, Sendable, Equatable {
    package var name: String
    package var kind: MachineKind
    /// How many machines: `m1` to `m<count>`.
    package var count: Int
    /// The directory of `ployzd` and `ployzctl`.
    package var bin: String
    /// The directory of the lab's own programs.
    package var tools: String
    /// As `truncate -s` takes it.
    package var poolSize: String
    /// Whether the machines run `ployzd`.
    package var daemon: Bool
    /// What guests boot from and are installed from; nil for other kinds.
    package var guests: GuestSettings?

    package struct GuestSettings: Codable, Sendable, Equatable {
        /// The directory of the image.
        package var image: String
        package var accelerator: GuestAccelerator
        /// The Debian package of Ployz.
        package var package: String?
        /// Programs of the host that guests have beside the lab's own.
        package var programs: [String]

        package init(image: String, accelerator: GuestAccelerator, package: String?, programs: [String] = []) {
            self.image = image
            self.accelerator = accelerator
            self.package = package
            self.programs = programs
        }
    }

    package init(
        name: String,
        kind: MachineKind,
        count: Int,
        bin: String,
        tools: String,
        poolSize: String,
        daemon: Bool,
        guests: GuestSettings? = nil
    ) {
        self.name = name
        self.kind = kind
        self.count = count
        self.bin = bin
        self.tools = tools
        self.poolSize = poolSize
        self.daemon = daemon
        self.guests = guests
    }

    package var machines: [MachineName] { (1...max(1, count)).compactMap(MachineName.init(number:)) }
}

/// Small JSON documents in files.
package enum JSONFile {
    package static func read<T: Decodable>(_ type: T.Type, from path: String) throws -> T? {
        guard let bytes = try Files.read(path) else { return nil }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    package static func write(_ value: some Encodable, to path: String) throws {
        try Files.replace(path, with: text(value) + "\n")
    }

    package static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
