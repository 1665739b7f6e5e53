import Foundation

/// A scenario and what goes wrong in it, where. Its text form is one line, the seed, and runs the same way every time.
package struct Schedule: Hashable, Sendable, CustomStringConvertible {
    package struct Strike: Hashable, Sendable, CustomStringConvertible {
        package let call: SeamCall
        package let fault: Fault

        package init(_ call: SeamCall, _ fault: Fault) {
            self.call = call
            self.fault = fault
        }

        package var description: String { "\(call) = \(fault.rawValue)" }
    }

    package let scenario: String
    package let strikes: [Strike]

    package init(_ scenario: String, _ strikes: [Strike] = []) {
        self.scenario = scenario
        self.strikes = strikes
    }

    /// For example `two-volumes; m1/apply store.commit decisions/op1 #2 = late; m2/tend store.get decisions/op1 #1 = fails`.
    package var description: String { ([scenario] + strikes.map(\.description)).joined(separator: "; ") }

    /// - Returns: nil unless `text` is what ``description`` writes.
    package init?(_ text: String) {
        let parts = text.split(separator: ";").map { $0.split(separator: " ").joined(separator: " ") }
        guard let scenario = parts.first, !scenario.isEmpty else { return nil }
        var strikes: [Strike] = []
        for part in parts.dropFirst() {
            guard let mark = part.range(of: " = "), let call = SeamCall(String(part[..<mark.lowerBound])),
                let fault = Fault(rawValue: String(part[mark.upperBound...]))
            else { return nil }
            strikes.append(Strike(call, fault))
        }
        self.init(scenario, strikes)
    }
}
