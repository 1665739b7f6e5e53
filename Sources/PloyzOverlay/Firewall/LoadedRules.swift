import Foundation
import PloyzModel

/// Our table as it was loaded, and as nft printed it then: in nft's own form, which is compared with what it prints later.
///
/// Kept on disk for the next daemon: a table that is still so, and that it would load in the same words, is left alone, and
/// what is parked goes on waiting.
struct LoadedRules: Hashable, Sendable, Codable {
    /// What was given to nft, without elements.
    let rules: String
    let listing: String

    /// - Returns: nil when there is no file, or one of other rules.
    static func read(from path: String?, rules: String) -> LoadedRules? {
        guard let data = path.flatMap({ FileManager.default.contents(atPath: $0) }),
            let loaded = try? JSON.decode(LoadedRules.self, from: data), loaded.rules == rules
        else { return nil }
        return loaded
    }

    /// One that cannot be written only costs the next daemon a load.
    func write(to path: String?) {
        guard let path, let data = try? JSON.encode(self) else { return }
        try? data.write(to: URL(filePath: path), options: .atomic)
    }
}
