import PloyzModel

/// Goes through the list: with every guard on, then each line with its own guard off, or with the right credential.
package struct HostileRun: Sendable {
    private let stage: HostileStage
    private let lines: [HostileLine]
    private let tell: @Sendable (String) -> Void

    package init(_ stage: HostileStage, _ lines: [HostileLine], tell: @escaping @Sendable (String) -> Void = { _ in }) {
        self.stage = stage
        self.lines = lines
        self.tell = tell
    }

    /// Every line with every guard on.
    package func guarded() async throws -> [HostileVerdict] {
        try await age()
        var verdicts: [HostileVerdict] = []
        for line in lines {
            let before = try await count(line)
            let attempt = try await attempt(line.attack)
            let counted = try await before.asyncMap { before in try await settled(line, above: before) - before }
            let verdict = HostileVerdict(line: line, attempt: attempt, counted: counted)
            tell(
                "\(line.stranger.rawValue): \(line.attempt): \(attempt.refused ? "refused" : "GOT THROUGH") \(attempt.detail)"
            )
            verdicts.append(verdict)
        }
        return verdicts
    }

    /// The same lines with their guards off, or with what the strangers lacked. Ends with every guard on.
    package func proved(_ verdicts: [HostileVerdict]) async throws -> [HostileVerdict] {
        var verdicts = verdicts
        // A ticket and a token grow old while this guard and that are off, or they would be forgotten.
        let always = lines.flatMap(\.guards).filter { $0 == .ticketExpiry }
        // A daemon that starts anew has forgotten every ticket: what needs that comes first.
        let first = verdicts.indices.filter { verdicts[$0].line.isAskedAtStart }
        let rest = verdicts.indices.filter { !verdicts[$0].line.isAskedAtStart }
        for index in first + rest {
            if index == rest.first {
                try await stage.switchOff(Array(Set(always)))
                try await age()
            }
            let line = verdicts[index].line
            if !line.guards.isEmpty {
                try await stage.switchOff(Array(Set(line.guards + always)), restarting: line.isAskedAtStart)
                verdicts[index].unguarded = try await attempt(line.unguarded ?? line.attack)
                try await stage.switchOff(Array(Set(always)), restarting: line.isAskedAtStart)
                tell("without its guard: \(line.attempt): \(verdicts[index].unguarded?.detail ?? "")")
            } else if let control = line.control {
                verdicts[index].control = try await attempt(control)
                tell("with the right credential: \(line.attempt): \(verdicts[index].control?.detail ?? "")")
            }
        }
        try await stage.switchOff([])
        return verdicts
    }

    private func attempt(_ body: @Sendable (HostileStage) async throws -> Attempt) async throws -> Attempt {
        try await body(stage)
    }

    /// Gets what must be old before it is used.
    private func age() async throws {
        guard lines.contains(where: { [[.ticketExpiry], [.tokenExpiry]].contains($0.guards) }) else { return }
        stage.aged.keep(try await stage.ticket(), as: "ticket")
        stage.aged.keep(try await stage.invitation(["--ttl", "1m"]), as: "token")
    }

    private func count(_ line: HostileLine) async throws -> Int? {
        switch line.count {
        case .daemon(let reasons):
            let all = try await stage.refused()
            return reasons.reduce(0) { $0 + (all[$1] ?? 0) }
        case .firewall: return try await stage.firewallCount()
        case .nobody: return nil
        }
    }

    /// The count once it is above `before`: the stranger may know a moment before it is counted.
    private func settled(_ line: HostileLine, above before: Int) async throws -> Int {
        for _ in 0..<10 {
            if let now = try await count(line), now > before { return now }
            try await Task.sleep(for: .milliseconds(200))
        }
        return before
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
