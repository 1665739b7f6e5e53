extension FaultCase {
    /// Every case, in the order in which they are played.
    ///
    /// Those with the founder as the source come last: it has a copy from then on, whose base every first send carries in a
    /// stream of its own, and no stream is as long as its volume.
    package static var all: [FaultCase] {
        killedDaemons + powerLoss + docker + links + store + containers + pools + pauses + stale + bystanders + streams
            + founderLosesPower
    }

    /// Those that `names` name: by number, by number and place, or all when there are none.
    ///
    /// - Throws: ``ScenarioFailure`` when a name is no case's.
    package static func named(_ names: [String]) throws -> [FaultCase] {
        guard !names.isEmpty else { return all }
        for name in names where !all.contains(where: { $0.name == name || $0.number == name }) {
            throw ScenarioFailure("there is no case \(name); --list shows them")
        }
        return all.filter { names.contains($0.name) || names.contains($0.number) }
    }
}
