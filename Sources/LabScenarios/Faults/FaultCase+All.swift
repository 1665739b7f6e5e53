extension FaultCase {
    /// Every case, in the order in which they are played.
    ///
    /// Those with the founder as the source come last: it has a copy from then on, whose base every first send carries in a
    /// stream of its own, and no stream is as long as its volume.
    package static var all: [FaultCase] {
        killedDaemons + powerLoss + docker + links + store + containers + pools + pauses + stale + bystanders + streams
            + founderLosesPower + kernelZFS
    }

    /// Those that are played in a kind of lab. Guests play what a stand-in for ZFS cannot prove: streams and pools, and
    /// real losses of power.
    package static func all(in kind: LabKind) -> [FaultCase] {
        let inGuests = Set((1...20).map { $0 < 10 ? "F0\($0)" : "F\($0)" } + ["F35", "F36"])
        return all.filter { $0.kinds.contains(kind) || kind == .vm && inGuests.contains($0.number) }
    }

    /// Those of a kind of lab that `names` name, in their order: by number, by number and place, or all when there are none.
    ///
    /// - Throws: ``ScenarioFailure`` when a name is no case's.
    package static func named(_ names: [String], in kind: LabKind) throws -> [FaultCase] {
        let all = all(in: kind)
        guard !names.isEmpty else { return all }
        for name in names where !all.contains(where: { $0.name == name || $0.number == name }) {
            throw ScenarioFailure("there is no case \(name); --list shows them")
        }
        let named = names.flatMap { name in all.filter { $0.name == name || $0.number == name } }
        var seen: Set<String> = []
        return named.filter { seen.insert($0.name).inserted }
    }
}
