import Foundation

/// Something that reads bytes from outside, and what must hold of whatever it makes of them.
struct FuzzTarget: Sendable {
    let name: String
    /// The longest input that is tried, in bytes: what finds the target's every branch, not what it takes in real life.
    let longest: Int
    /// Ends the process when something does not hold. An input that is refused is none of its business.
    let run: @Sendable ([UInt8]) -> Void

    static let all = [manifest, token, certificate, transfer, zfs, api, records, etcd, names, tools, ingress]

    /// The one that this process was started for; the first where nobody says.
    static let chosen: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["PLOYZ_FUZZ_TARGET"]
        return all.first { $0.name == name } ?? manifest
    }()
}

/// What must hold. libFuzzer keeps the input of a process that ends here.
func claim(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard holds else { fatalError("does not hold: \(what())") }
}

/// What must not throw.
func claim<Value>(_ what: String, _ body: () throws -> Value) -> Value {
    do { return try body() } catch { fatalError("does not hold: \(what): \(error)") }
}

/// Whether a terminal, a log or a generated file takes the text as one line.
func isOneLine(_ text: String) -> Bool { !text.unicodeScalars.contains { $0.properties.generalCategory == .control } }
