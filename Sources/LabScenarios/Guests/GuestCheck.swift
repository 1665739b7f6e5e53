/// Something that is shown in guests: on a Debian kernel, with systemd, real power cuts and boots.
package struct GuestCheck: Sendable {
    package let name: String
    package let claim: String
    /// Whether it is part of the smoke that `scripts/test` runs, in one guest.
    package let isSmoke: Bool
    private let body: @Sendable (GuestHall) async throws -> [String]

    init(
        _ name: String,
        _ claim: String,
        isSmoke: Bool = false,
        _ body: @escaping @Sendable (GuestHall) async throws -> [String]
    ) {
        self.name = name
        self.claim = claim
        self.isSmoke = isSmoke
        self.body = body
    }

    /// - Returns: lines about what was seen.
    /// - Throws: ``ScenarioFailure`` when the claim does not hold.
    package func run(in hall: GuestHall) async throws -> [String] { try await body(hall) }

    /// Every check, in the order in which they are made: the first finds guests that have nothing of Ployz.
    package static let all = [zfsFeatures, install, powerCut, encryption, reboots, zfs, doctor, purge]

    package static func named(_ names: [String]) throws -> [GuestCheck] {
        guard !names.isEmpty else { return all }
        for name in names where !all.contains(where: { $0.name == name }) {
            throw ScenarioFailure("there is no check \(name); there are \(all.map(\.name).joined(separator: ", "))")
        }
        return all.filter { names.contains($0.name) }
    }
}
