import Foundation
import PloyzModel

/// The machine's private key on disk. Nothing but `wg` ever reads it.
package struct WireGuardKeyFile: Sendable {
    /// Absolute path; its directory exists.
    package let path: String
    private let runner: any InvocationRunner

    package init(path: String, runner: any InvocationRunner = SystemInvocationRunner()) {
        self.path = path
        self.runner = runner
    }

    /// The public key; makes the private one (`wg genkey`, mode 0600) when the file is not there.
    ///
    /// - Throws: ``PloyzError`` when the file cannot be read or written or holds no key.
    package func publicKey() async throws -> WireGuardPublicKey {
        let privateKey = try await readOrMake()
        let text = try await runner.require(Invocation("wg", ["pubkey"], input: privateKey + "\n"))
        return try WireGuardPublicKey(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private func readOrMake() async throws -> String {
        if let text = read() { return text }
        let key = try await runner.require(Invocation("wg", ["genkey"]))
        // A link, not a rename: of two calls at once the first wins, and both return its key.
        let draft = "\(path).\(UInt64.random(in: 0...UInt64.max))"
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: draft, contents: Data(key.utf8), attributes: attributes) else {
            throw PloyzError(.overlayFailed, "cannot write the WireGuard key to \(draft)")
        }
        defer { unlink(draft) }
        if link(draft, path) != 0, errno != EEXIST {
            throw PloyzError(.overlayFailed, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        guard let text = read() else { throw PloyzError(.overlayFailed, "cannot read back \(path)") }
        return text
    }

    private func read() -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
