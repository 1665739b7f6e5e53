import FoundationEssentials

/// The environment of this process.
package enum Environment {
    /// `NAME=value`, sorted.
    package static func current() -> [String] {
        ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }.sorted()
    }

    package static func value(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name]
    }
}
