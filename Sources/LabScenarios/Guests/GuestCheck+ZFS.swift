import Foundation

extension GuestCheck {
    /// The tests of volumes over a real pool, once more over this one.
    static let zfs = GuestCheck(
        "zfs",
        "the tests of volumes pass on the kernel's ZFS, those of what a stand-in lacks included",
        isSmoke: true
    ) { hall in
        let run = """
            version=$(zfs version | paste -s -d ' ')
            export PLOYZ_ZFS_ROOT=tank/tests
            \(GuestHall.tests) --testing-library swift-testing --filter '^PloyzZFSTests\\.' \
                --skip FiguresTests >/root/tests 2>&1 ||
                { grep -a -e ✘ -e 'recorded an issue' /root/tests; tail -n 20 /root/tests; exit 1; }
            echo "$version: $(grep -a -o 'Test run with.*' /root/tests | tail -n 1)"
            grep -a -o 'Test .* skipped.*' /root/tests || true
            """
        let lines = try await hall.shell("m1", run, within: 300).split(separator: "\n").map(String.init)
        guard lines.count == 1 else {
            throw ScenarioFailure("on the kernel's ZFS nothing may be skipped:\n\(lines.joined(separator: "\n"))")
        }
        return lines
    }
}
