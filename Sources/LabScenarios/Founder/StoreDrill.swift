package import Foundation

/// The drill of docs/operating.md: its commands as they are written there, with the store destroyed where it says so.
package struct StoreDrill: Sendable {
    package enum Step: Hashable, Sendable {
        case command(machine: String, line: String)
        /// Every member loses its data.
        case loss
    }

    static let heading = "### Drill: the store is lost"
    static let loss = "# here the store is lost"

    package let steps: [Step]

    /// - Throws: ``ScenarioFailure`` when the document has no drill.
    package init(checkout: URL) throws {
        let document = try String(contentsOf: checkout.appending(path: "docs/operating.md"), encoding: .utf8)
        steps = Self.steps(in: document)
        guard steps.contains(.loss), steps.count > 2 else {
            throw ScenarioFailure("docs/operating.md has no drill under '\(Self.heading)'")
        }
    }

    /// The indented lines of the drill's section: `m2# command`, or the remark that the store is lost.
    static func steps(in document: String) -> [Step] {
        let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0 == heading }) else { return [] }
        let section = lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
        return section.compactMap { line in
            guard line.hasPrefix("    ") else { return nil }
            let text = line.dropFirst(4)
            if text == loss { return .loss }
            guard let mark = text.firstIndex(of: "#"), text.hasPrefix("m") else { return nil }
            let command = text[text.index(after: mark)...].trimmingCharacters(in: .whitespaces)
            return .command(machine: String(text[..<mark]), line: command)
        }
    }

    /// Runs every step; `report` gets each command with what it printed.
    ///
    /// - Throws: ``ScenarioFailure`` at the first command that fails.
    package func run(in lab: Lab, members: [String], report: (Step, String) -> Void = { _, _ in }) async throws {
        for step in steps {
            switch step {
            case .loss:
                for machine in members { try await Self.destroyStore(of: machine, in: lab) }
                report(step, "")
            case .command(let machine, let line):
                let result = try await lab.run(machine, ["sh", "-c", line]).succeeded()
                report(step, result.text)
            }
        }
    }

    /// Ends a machine's etcd and removes its data.
    package static func destroyStore(of machine: String, in lab: Lab) async throws {
        let script = """
            read pid rest </var/lib/ployz/helpers/etcd.pid || exit 0
            kill -9 "$pid"
            timeout 10 tail --pid="$pid" -f /dev/null
            rm -rf /var/lib/ployz/etcd/member
            """
        try await lab.run(machine, ["sh", "-c", script]).succeeded()
    }
}
