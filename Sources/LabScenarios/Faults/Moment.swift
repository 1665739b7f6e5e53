/// The moment of a migration at which a fault strikes: the daemon of `role` has stopped itself there (SIGSTOP), by a
/// breakpoint of debug builds, and goes on when it is told to or is killed.
package struct Moment: Sendable {
    package let role: Role
    /// As `Sources/PloyzDaemon/Migrations/Breakpoint.swift` names moments.
    package let name: String

    package static func source(_ name: String) -> Moment { Moment(role: .source, name: name) }

    package static func target(_ name: String) -> Moment { Moment(role: .target, name: name) }
}
