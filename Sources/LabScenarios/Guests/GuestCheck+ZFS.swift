import Foundation

extension GuestCheck {
    /// Those tests of volumes over a real pool that zfs-fuse has to skip.
    static let zfsFeatures = zfs(
        "zfs-features",
        "what the kernel's ZFS has and a stand-in lacks is found and used",
        tests: "FeatureTests",
        isSmoke: true
    )

    /// All of them, once more over the kernel's ZFS.
    static let zfs = zfs("zfs", "every test of volumes passes on the kernel's ZFS", tests: "^PloyzZFSTests[.]")

    private static func zfs(_ name: String, _ claim: String, tests: String, isSmoke: Bool = false) -> GuestCheck {
        GuestCheck(name, claim, isSmoke: isSmoke) { hall in
            let run = """
                version=$(zfs version | paste -s -d ' ')
                export PLOYZ_ZFS_ROOT=tank/tests
                \(GuestHall.tests) --testing-library swift-testing --filter '\(tests)' --skip FiguresTests \
                    >/root/tests 2>&1 || { grep -a 'recorded an issue' /root/tests; tail -n 20 /root/tests; exit 1; }
                echo "$version: $(grep -a -o 'Test run with.*' /root/tests | tail -n 1)"
                grep -a -o 'Test .* skipped.*' /root/tests || true
                """
            let lines = try await hall.shell("m1", run, within: 300).split(separator: "\n").map(String.init)
            guard lines.count == 1, !lines[0].contains(" 0 tests") else {
                throw ScenarioFailure("nothing may be skipped:\n\(lines.joined(separator: "\n"))")
            }
            return lines
        }
    }
}
