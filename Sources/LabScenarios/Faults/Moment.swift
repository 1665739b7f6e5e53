/// The moment of a migration at which a fault strikes: the daemon of `role` has stopped itself there (SIGSTOP), by a
/// breakpoint of debug builds, and goes on when it is told to or is killed.
package struct Moment: Sendable {
    package enum Name: Sendable {
        /// As `Sources/PloyzDaemon/Migrations/Breakpoint.swift` names moments.
        case named(String)
        /// The target has acknowledged so many percent of what the second volume's stream is expected to have.
        case sent(percent: Int)
    }

    package let role: Role
    package let name: Name

    package static func source(_ name: String) -> Moment { Moment(role: .source, name: .named(name)) }

    package static func target(_ name: String) -> Moment { Moment(role: .target, name: .named(name)) }

    package static func sent(_ percent: Int) -> Moment { Moment(role: .source, name: .sent(percent: percent)) }
}
