import Foundation

/// How an attempt ended, as `lab/hostile/stranger.py` says it.
package struct Attempt: Decodable, Sendable {
    package var refused: Bool
    /// In the words of whoever refused, or of what was got.
    package var detail: String

    package init(refused: Bool, _ detail: String) {
        self.refused = refused
        self.detail = detail
    }
}
