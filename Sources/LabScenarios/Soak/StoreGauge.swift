import Foundation

/// Reads what the store holds, from etcd on the machine that runs its member.
///
/// etcd keeps every change until it compacts, once an hour: that is no leak, and would hide one. So the changes up to now
/// are compacted first; what is left is what the keys take.
struct StoreGauge {
    static let subject = "store"
    static let figures = [
        SoakFigure("keys", .leftover), SoakFigure("of migrations", .leftover),
        SoakFigure("in use", .told, unit: "KiB"), SoakFigure("file", .told, unit: "KiB"),
        SoakFigure("memory of etcd", .told, unit: "KiB"),
    ]

    let lab: Lab
    let machine: String

    private static let script = """
        cd /var/lib/ployz/pki
        url=$(grep -o 'listen-client-urls=https:[^",]*' /var/lib/ployz/helpers/etcd.json | head -n 1 | cut -d = -f 2 | tr -d '\\\\')
        ask() { curl -sS --max-time 10 --cacert ca.crt --cert machine.crt --key machine.key "$url/v3/$1" -d "$2"; }
        # All of /ployz/, keys alone: base64 of '/ployz/' and '/ployz0'.
        keys=$(ask kv/range '{"key":"L3Bsb3l6Lw==","range_end":"L3Bsb3l6MA==","keys_only":true}')
        revision=$(printf %s "$keys" | grep -o '"revision":"[0-9]*"' | head -n 1 | tr -cd 0-9)
        ask kv/compaction "{\\"revision\\":\\"$revision\\",\\"physical\\":true}" >/dev/null
        status=$(ask maintenance/status '{}')
        number() { printf %s "$status" | grep -o "\\"$1\\":\\"[0-9]*\\"" | tr -cd 0-9; }
        printf '%s' "$keys" | grep -o '"key":"[^"]*"' | cut -d '"' -f 4 | while read -r key; do
            printf '%s' "$key" | base64 -d; echo
        done >/tmp/soak-keys
        printf 'keys\\t%s\\n' "$(grep -c . /tmp/soak-keys)"
        printf 'of migrations\\t%s\\n' "$(grep -c -e /operations/ -e /decisions/ -e /candidates/ -e /locks/ /tmp/soak-keys)"
        printf 'in use\\t%s\\n' "$(($(number dbSizeInUse) / 1024))"
        printf 'file\\t%s\\n' "$(($(number dbSize) / 1024))"
        printf 'memory of etcd\\t%s\\n' "$(awk '/^VmRSS/ { print $2 }' "/proc/$(pgrep -o -x etcd)/status")"
        """

    /// - Throws: ``ScenarioFailure`` when the store does not answer.
    func read() async throws -> [String: Double] {
        let text = try await lab.run(machine, ["bash", "-c", Self.script], within: 60).succeeded().text
        var values: [String: Double] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t")
            guard fields.count == 2, let value = Double(fields[1]) else {
                throw ScenarioFailure("the store says of its figures '\(line)'")
            }
            values[String(fields[0])] = value
        }
        guard figuresMissing(values).isEmpty else {
            throw ScenarioFailure("the store does not say \(figuresMissing(values).joined(separator: ", "))")
        }
        return values
    }

    private func figuresMissing(_ values: [String: Double]) -> [String] {
        Self.figures.map(\.name).filter { values[$0] == nil }
    }
}
