package import PloyzAPI

extension DoctorReport: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        let rows = findings.map { [$0.check, $0.state.rawValue, $0.detail] }
        let lines = Table(["CHECK", "STATE", "FOUND"], rows).lines(ink)
        let open = findings.filter { $0.state != .ok }
        guard !open.isEmpty else { return lines + ["nothing is missing"] }
        let steps = open.compactMap { finding in
            finding.next.map { next in
                let check = finding.state == .problem ? ink.red(finding.check) : ink.yellow(finding.check)
                return "next for \(check): \(next.printable)"
            }
        }
        return lines + steps
    }

    package var plainLines: [String] {
        findings.map { finding in
            [finding.check, finding.state.rawValue, finding.detail, finding.next ?? "-"]
                .map(\.printable).joined(separator: "\t")
        }
    }
}
