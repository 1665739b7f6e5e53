import Foundation

/// What `lab live` has printed: on which machines the instance ran, and whether packets reached it there.
struct LiveTimeline: Sendable {
    struct Sight: Decodable, Sendable {
        let states: [String: String]
        /// Machines on which it was open at the same moment.
        let open: [String]
    }

    let sights: [Sight]

    init(_ file: URL) throws {
        sights = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).compactMap {
            // The last line may be half written.
            try? JSONDecoder().decode(Sight.self, from: Data($0))
        }
    }

    /// The machine on which packets reach it. A sealed candidate may run on another.
    var server: String? {
        guard let last = sights.last, last.open.count == 1 else { return nil }
        return last.open.first
    }

    /// Sights of two live containers, from the one that is number `first` on.
    func twoLive(from first: Int) -> Int { sights.dropFirst(first).count { $0.open.count > 1 } }
}
