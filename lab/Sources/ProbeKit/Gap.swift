/// Time between two acknowledgements that follow each other.
package struct Gap: Codable, Equatable, Sendable {
    /// Milliseconds.
    package var milliseconds: Double
    /// When the first of the two came: UTC, as text.
    package var began: String
    /// The same in nanoseconds since 1970 UTC, and on the monotonic clock of the host.
    package var beganWall: UInt64
    package var beganMonotonic: UInt64

    enum CodingKeys: String, CodingKey {
        case milliseconds = "ms"
        case began
        case beganWall = "began_wall_ns"
        case beganMonotonic = "began_monotonic_ns"
    }
}
