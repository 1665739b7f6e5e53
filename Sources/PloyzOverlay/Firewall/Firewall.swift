import PloyzModel

/// Our rules in the machine's packet filters.
struct Firewall: Sendable {
    let configuration: OverlayConfiguration
    let member: OverlayMember
    let runner: any InvocationRunner

    /// What ``load(_:)`` gives to nft, without elements.
    var rules: String { NftRuleset.text(configuration, member: member, elements: .none) }

    /// Loads our table anew, in one transaction, and repairs the forward rules.
    func load(_ elements: TableElements) async throws {
        try await runner.require(
            NftRuleset.load(configuration, member: member, elements: elements)
        )
        try await repairForwardRules()
    }

    /// The elements of the table's sets and maps, while it stands.
    func set(_ elements: TableElements) async throws {
        try await runner.require(NftRuleset.set(elements))
    }

    /// Turns one into the other while the table stands. When an element is not there that should be, all are set anew.
    func change(from old: TableElements, to new: TableElements, all: TableElements) async throws {
        let commands = TableElements.commands(from: old, to: new)
        guard !commands.isEmpty else { return }
        if try await runner.run(NftRuleset.change(commands)).status != 0 { try await set(all) }
    }

    /// What `nft` prints for our table, without elements; nil when there is none. The text is nft's own form, so it is compared with what
    /// the same nft printed after the load, never with what was loaded.
    func listing() async throws -> String? {
        let result = try await runner.run(NftRuleset.list)
        return result.status == 0 ? result.output : nil
    }

    /// Sets the forward rules right when somebody, most often a starting dockerd, has changed what is around them.
    func repairForwardRules() async throws {
        let rules = ForwardRules(bridge: configuration.bridge, wireguard: configuration.wireguard)
        let saved: String
        do {
            saved = try await runner.require(ForwardRules.save)
        } catch let error as PloyzError where error.code == .programMissing {
            // Without iptables there is no Docker on this machine, and no policy of its to work around.
            return
        }
        guard let input = rules.repair(saved) else { return }
        try await runner.require(ForwardRules.restore(input))
    }
}
