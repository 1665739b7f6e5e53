import Foundation
import PloyzModel
import PloyzTrust

@testable import PloyzOverlay

extension FuzzTarget {
    /// Texts that become names: of files, datasets, links, peers, or parts of a command. What is taken has one form, on one
    /// line.
    static let names = FuzzTarget(name: "names", longest: 256) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        plain(text) { try ServiceName(text).text }
        plain(text) { try ServiceRef(text).description }
        plain(text) { try InstanceRef(text).description }
        plain(text) { try VolumeRef(text).description }
        plain(text) { try MachineID(text).text }
        plain(text) { try DatasetName(text).text }
        plain(text) { try ResumeToken(text).text }
        plain(text) { try IPv4Address(text).description }
        plain(text) { try IPv4Network(text).description }
        plain(text) { try JoinEndpoint(text).description }
        plain(text) { try WireGuardEndpoint(text).text }
        plain(text) { Data(try WireGuardPublicKey(text).bytes).base64EncodedString() }
        plain(text) { try KeyFile(text).path }
        // Only ever behind a dataset and an `@`.
        if let name = try? SnapshotName(text) { claim(isOneLine(name.text), "a snapshot's name is one line") }
        // These have several forms.
        if let span = try? Span(text) { claim((try? Span(span.description)) == span, "a time stays: \(span)") }
        if let size = try? Capacity(text) { claim((try? Capacity(size.description)) == size, "a size stays: \(size)") }
        if let user = try? Ownership(text) {
            claim((try? Ownership(user.description)) == user, "a user stays: \(user)")
        }
        if let mode = try? FileMode(text) { claim((try? FileMode(mode.description)) == mode, "a mode stays: \(mode)") }
        if let dataset = try? DatasetName(text) { claim(dataset.pool.parent == nil, "a pool has no parent") }
    }

    /// A name that is taken is its own text, byte for byte.
    private static func plain(_ text: String, _ read: () throws -> String) {
        guard let name = try? read() else { return }
        claim(name.utf8.elementsEqual(text.utf8), "a name has one form: \(name), not \(text)")
        claim(isOneLine(name), "a name is one line")
        claim(!name.hasPrefix("-"), "a name is no option: \(name)")
        claim(!name.split(separator: "/").contains(".."), "a name leads nowhere: \(name)")
    }
}
