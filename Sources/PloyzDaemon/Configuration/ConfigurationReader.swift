import Foundation
import PloyzModel
import TOMLKit

/// Reads the configuration: the file over the defaults, the environment over the file. All errors are reported at
/// once, each with its key.
struct ConfigurationReader {
    static let defaultPath = "/etc/ployz/ployzd.toml"
    /// The most bytes that a configuration file may have.
    static let maximumBytes = 256 << 10

    private var configuration: DaemonConfiguration
    private var errors: [PloyzError] = []

    /// - Parameter text: the file's content; nil when there is no file.
    /// - Throws: ``PloyzError`` `configuration-invalid`.
    static func read(_ text: String?, environment: [String: String], hostName: String) throws -> DaemonConfiguration {
        let label = hostName.split(separator: ".").first.map { $0.lowercased() } ?? ""
        // A host name that is no label only matters when `name` is not set.
        let name = try? MachineName(label)
        var reader = ConfigurationReader(configuration: DaemonConfiguration(name: try name ?? MachineName("unnamed")))
        let named = try reader.apply(file: text) || environment["PLOYZ_NAME"] != nil
        if name == nil, !named {
            reader.refuse("name", "the host name '\(hostName)' is no machine name; set one")
        }
        reader.apply(environment: environment)
        if let error = PloyzError.all(reader.errors) { throw error }
        return reader.configuration
    }

    /// Returns whether the file names the machine.
    private mutating func apply(file text: String?) throws -> Bool {
        guard let text else { return false }
        guard text.utf8.count <= Self.maximumBytes else {
            throw PloyzError(.configurationInvalid, "the file is larger than \(ByteCount(UInt64(Self.maximumBytes)))")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch {
            throw PloyzError(.configurationInvalid, "the file is no TOML: \(error)")
        }
        let keys = Dictionary(ConfigurationKey.all.map { ($0.name, $0) }) { $1 }
        for name in table.keys.sorted() {
            guard let key = keys[name] else {
                refuse(name, "no such key" + Nearest.hint(for: name, among: keys.keys))
                continue
            }
            switch key.setter {
            case .text(let set):
                guard let value = table[name]?.string else {
                    refuse(name, "must be a string")
                    continue
                }
                apply(name) { configuration in try set(&configuration, value) }
            case .texts(let set):
                let values = table[name]?.array.map { array in array.map { $0.string } }
                guard let values, !values.contains(nil) else {
                    refuse(name, "must be a list of strings")
                    continue
                }
                apply(name) { configuration in try set(&configuration, values.compactMap { $0 }) }
            case .port(let set):
                guard let value = table[name]?.int, (1...65_535).contains(value) else {
                    refuse(name, "must be a number of 1 to 65535")
                    continue
                }
                set(&configuration, value)
            }
        }
        return table["name"] != nil
    }

    private mutating func apply(environment: [String: String]) {
        for key in ConfigurationKey.all {
            guard let value = environment[key.variable] else { continue }
            switch key.setter {
            case .text(let set):
                apply(key.variable) { configuration in try set(&configuration, value) }
            case .texts(let set):
                let values = value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                apply(key.variable) { configuration in try set(&configuration, values) }
            case .port(let set):
                guard let port = Int(value), (1...65_535).contains(port) else {
                    refuse(key.variable, "must be a number of 1 to 65535")
                    continue
                }
                set(&configuration, port)
            }
        }
    }

    private mutating func apply(_ name: String, _ set: (inout DaemonConfiguration) throws -> Void) {
        do {
            try set(&configuration)
        } catch {
            refuse(name, "\(error)")
        }
    }

    private mutating func refuse(_ name: String, _ reason: String) {
        errors.append(
            PloyzError(
                .configurationInvalid,
                "\(name): \(reason)",
                next: "mend the configuration; 'ployzd check-config' checks it"
            )
        )
    }
}

extension ErrorCode {
    /// The configuration cannot be used.
    static let configurationInvalid = ErrorCode("configuration-invalid", exitStatus: 2)
}
