import Foundation
import PloyzModel

/// What the supervisor's directory says about one helper, in two files.
///
/// `<name>.json` is the intent, written by the supervisor before it starts the process. `<name>.pid` is written by the
/// process itself before it becomes the program. So whenever the daemon is killed, a process without a record never
/// runs; a record without a process means "dead", and the next call starts it.
struct HelperRecord: Codable, Sendable {
    let helper: Helper
    /// Start times count from the machine's start, so they mean nothing after another one
    /// (`/proc/sys/kernel/random/boot_id`).
    let bootID: String
}

/// The directory in which the records lie. Only this supervisor writes there.
struct HelperDirectory: Sendable {
    let path: String

    func record(_ name: HelperName) throws -> HelperRecord? {
        guard let data = FileManager.default.contents(atPath: recordPath(name)) else { return nil }
        return try? JSON.decode(HelperRecord.self, from: data)
    }

    func write(_ record: HelperRecord) throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        // An old number with a new intent would look like an adopted process of the new kind.
        try removeIfThere(identityPath(record.helper.name))
        // Options hold what a helper is started with; some may be secret.
        let draft = recordPath(record.helper.name) + ".new"
        try removeIfThere(draft)
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: draft, contents: try JSON.encode(record), attributes: attributes),
            rename(draft, recordPath(record.helper.name)) == 0
        else {
            throw PloyzError(.helperFailed, "cannot write \(recordPath(record.helper.name)): errno \(errno)")
        }
    }

    /// The process of `name` if its record is from this start of the machine.
    func identity(_ name: HelperName) -> ProcessIdentity? {
        guard let line = try? String(contentsOfFile: identityPath(name), encoding: .utf8) else { return nil }
        return ProcessIdentity(line: line)
    }

    func remove(_ name: HelperName) throws {
        try removeIfThere(identityPath(name))
        try removeIfThere(recordPath(name))
    }

    func recordPath(_ name: HelperName) -> String { "\(path)/\(name).json" }
    func identityPath(_ name: HelperName) -> String { "\(path)/\(name).pid" }

    private func removeIfThere(_ file: String) throws {
        guard unlink(file) != 0, errno != ENOENT else { return }
        throw PloyzError(.helperFailed, "cannot remove \(file): errno \(errno)")
    }
}
