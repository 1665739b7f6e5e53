import PloyzMigration
import PloyzModel
import PloyzSupervisor
import PloyzSystem

/// Makes sure that each instance's link sends as that instance alone: ``SourceGuard``, and what is known to be loaded of it.
///
/// A machine that cannot do it runs instances all the same, and says so. One change at a time, and by itself: no change of
/// routes waits for it.
actor SourceKeeper {
    private let sources: SourceGuard
    private let turns = Turns()
    /// How nft printed the table after this daemon loaded it.
    private var loaded: String?
    /// The links that may send; nil when they must be read.
    private var known: Set<SourceGuard.Link>?
    /// Why instances here can send with others' addresses; nil as a rule.
    private(set) var problem: String?

    init(_ sources: SourceGuard) { self.sources = sources }

    /// Sets everything right, whatever somebody did to it.
    func repair() async {
        _ = try? await turns.run { await self.setRight() }
    }

    /// Lets a link send, before it is opened for the first time.
    func admit(_ link: SourceGuard.Link) async {
        _ = try? await turns.run { await self.add(link) }
    }

    /// Takes a link out that is gone: what is left in the table of one lets nobody send.
    func forget(_ name: DeviceName) async {
        _ = try? await turns.run { await self.remove(name) }
    }

    private func setRight() async {
        known = nil
        do {
            let links = try await sources.ports()
            try await sources.settle(links)
            let listing = try await sources.listing()
            if listing == nil || listing != loaded {
                try await sources.load(links)
                loaded = try await sources.listing()
            } else {
                try await sources.set(links)
            }
            known = links
            problem = nil
        } catch {
            problem = "instances here can send with others' addresses: \(PloyzError(wrapping: error).message)"
        }
    }

    private func add(_ link: SourceGuard.Link) async {
        guard known?.contains(link) != true else { return }
        guard let before = known else { return await setRight() }
        known = nil
        let old = before.filter { $0.name == link.name }
        do {
            try await sources.settle(link)
            for other in old { try await sources.remove(other) }
            try await sources.add(link)
            known = before.subtracting(old).union([link])
        } catch {
            // Somebody has flushed the table, or worse.
            await setRight()
        }
    }

    private func remove(_ name: DeviceName) async {
        guard let before = known, let link = before.first(where: { $0.name == name }) else { return }
        known = (try? await sources.remove(link)) == nil ? nil : before.subtracting([link])
    }
}
