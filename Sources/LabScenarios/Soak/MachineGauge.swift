import Foundation

/// Reads a machine's figures, from the kernel and its programs.
struct MachineGauge {
    static let figures = [
        SoakFigure("memory of ployzd", .use, unit: "KiB"), SoakFigure("of it its own", .told, unit: "KiB"),
        SoakFigure("descriptors of ployzd", .use), SoakFigure("of them sockets", .told),
        SoakFigure("of them pipes", .told), SoakFigure("of them of events", .told),
        SoakFigure("threads of ployzd", .told),
        SoakFigure("children of ployzd", .leftover), SoakFigure("processes", .leftover),
        SoakFigure("containers", .leftover), SoakFigure("images", .leftover), SoakFigure("datasets", .leftover),
        SoakFigure("snapshots", .leftover), SoakFigure("holds", .leftover), SoakFigure("mounts", .leftover),
        SoakFigure("links", .leftover), SoakFigure("routes", .leftover), SoakFigure("rules of routing", .leftover),
        SoakFigure("neighbours", .leftover), SoakFigure("lines of nft", .leftover),
        SoakFigure("addresses of peers", .leftover), SoakFigure("journal", .leftover),
        SoakFigure("files of ployzd", .leftover), SoakFigure("memory of dockerd", .told, unit: "KiB"),
        SoakFigure("memory of haproxy", .told, unit: "KiB"),
    ]

    let lab: Lab
    let machine: String

    /// What is used scatters from moment to moment: so many readings are taken, this far apart, and the middle one counts.
    private static let readings = 7

    /// Names and values of what `figures` lists, a line each, set apart by a tab.
    private static let script = """
        say() { printf '%s\\t%s\\n' "$1" "$2"; }
        count() { say "$1" "$(grep -c . || true)"; }
        daemon=$(pgrep -o -x ployzd)
        memory() { awk '/^VmRSS/ { sum += $2 } END { print sum + 0 }' $(pgrep -x "$1" | sed 's|.*|/proc/&/status|'); }
        for reading in $(seq \(readings)); do
            say 'memory of ployzd' "$(awk '/^VmRSS/ { print $2 }' "/proc/$daemon/status")"
            say 'of it its own' "$(awk '/^RssAnon/ { print $2 }' "/proc/$daemon/status")"
            say 'threads of ployzd' "$(awk '/^Threads/ { print $2 }' "/proc/$daemon/status")"
            descriptors=$(ls -l "/proc/$daemon/fd" | sed -n 's/.* -> //p')
            echo "$descriptors" | count 'descriptors of ployzd'
            echo "$descriptors" | grep ^socket | count 'of them sockets'
            echo "$descriptors" | grep ^pipe | count 'of them pipes'
            echo "$descriptors" | grep ^anon_inode | count 'of them of events'
            sleep 0.3
        done
        pgrep -P "$daemon" | count 'children of ployzd'
        # Threads of the kernel, and what this very script needs, are none of ours.
        ps -e -o args= | grep -v -e '^\\[' -e '^ps ' -e '^grep ' -e '^sh -c' -e '^/bin/sh -c' | count processes
        docker ps --all --quiet | count containers
        docker image ls --quiet | count images
        zfs list -H -o name -t filesystem | count datasets
        zfs list -H -o name -t snapshot | count snapshots
        zfs get -H -p -r -o value userrefs tank | awk '{ sum += $1 } END { print sum + 0 }' | xargs printf 'holds\\t%s\\n'
        count mounts </proc/self/mountinfo
        ip -oneline link show | count links
        ip route show table all | count routes
        ip rule show | count 'rules of routing'
        ip neigh show nud permanent | count neighbours
        nft list ruleset | tr ',' '\\n' | count 'lines of nft'
        wg show all allowed-ips | tr ' ' '\\n' | count 'addresses of peers'
        ls /var/lib/ployz/journal | count journal
        find /var/lib/ployz /run/ployz -path /var/lib/ployz/etcd -prune -o -path /var/lib/ployz/volumes -prune \\
            -o -print | count 'files of ployzd'
        say 'memory of dockerd' "$(memory dockerd)"
        say 'memory of haproxy' "$(memory haproxy)"
        """

    /// - Throws: ``ScenarioFailure`` when the machine does not answer, or leaves a figure out.
    func read() async throws -> [String: Double] {
        let text = try await lab.run(machine, ["sh", "-c", Self.script], within: 60).succeeded().text
        var readings: [String: [Double]] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t")
            guard fields.count == 2, let value = Double(fields[1]) else {
                throw ScenarioFailure("\(machine) says of its figures '\(line)'")
            }
            readings[String(fields[0]), default: []].append(value)
        }
        for figure in Self.figures where readings[figure.name] == nil {
            throw ScenarioFailure("\(machine) does not say its \(figure.name)")
        }
        return readings.mapValues { $0.sorted()[$0.count / 2] }
    }
}
