import PloyzModel

extension TargetAgent {
    package func follow(_ request: FollowRequest) async throws {
        guard !request.addresses.isEmpty else { return }
        guard request.addresses.count <= FollowRequest.limit else {
            throw PloyzError(.usage, "addresses: \(request.addresses.count) are more than \(FollowRequest.limit)")
        }
        try await seams.routes.refresh(request.addresses)
    }

    package func facts(_ question: TargetQuestion) async throws -> TargetFacts {
        let seams = seams
        let unit = question.unit
        async let volumes = sideBySide(unit.volumes) { record -> TargetFacts.Volume in
            guard let storage = seams.volumes, let dataset = try await storage.dataset(of: record.ref) else {
                return TargetFacts.Volume(
                    volume: record.ref,
                    dataset: nil,
                    snapshots: [],
                    partial: try await seams.volumes?.partialReceive(of: record.ref),
                    hasKeyFile: question.keys?[record.ref].map { seams.volumes?.hasKeyFile($0) ?? false }
                )
            }
            // Snapshots of what is not ours are none of our business.
            let snapshots = dataset.stamp == nil ? [] : try await storage.snapshots(of: record.ref)
            return TargetFacts.Volume(
                volume: record.ref,
                dataset: dataset,
                snapshots: snapshots,
                partial: dataset.stamp == nil ? nil : try await storage.partialReceive(of: record.ref),
                hasKeyFile: question.keys?[record.ref].map { storage.hasKeyFile($0) }
            )
        }
        async let images = missingImages(unit)
        async let listeners = seams.network.foreignListeners(on: unit.members.flatMap(\.service.spec.publish))
        async let obstacles = obstacles(unit)
        async let storage = seams.volumes?.capability()
        async let space = seams.volumes?.availableSpace()
        return try await TargetFacts(
            storage: storage,
            availableSpace: space ?? .zero,
            volumes: volumes,
            missingImages: images,
            foreignListeners: listeners,
            architecture: seams.architecture,
            obstacles: obstacles + liveCopies(volumes)
        )
    }

    private func missingImages(_ unit: MigrationUnit) async throws -> [String] {
        let images = Set(unit.members.map(\.instance.imageID)).sorted()
        let found = try await sideBySide(images) { [seams] in try await seams.containers.imageID($0) }
        return zip(images, found).filter { $0.1 == nil }.map(\.0)
    }

    /// Containers of the unit that run here although they are placed elsewhere, and other migrations of it.
    private func obstacles(_ unit: MigrationUnit) async throws -> [String] {
        let members = Set(unit.members.map(\.instance.ref))
        let running = try await seams.containers.containers().filter { container in
            container.role == .workload && container.isRunning && members.contains(container.instance)
        }
        return running.map { container in
            "a container of \(container.instance) runs here already"
                + (container.operation.map { ", as the candidate of \($0)" } ?? "")
        }
    }

    private func liveCopies(_ volumes: [TargetFacts.Volume]) -> [String] {
        volumes.compactMap { volume in
            guard let stamp = volume.dataset?.stamp, stamp.state == .live, volume.dataset?.isMounted == true else {
                return nil
            }
            return "a copy of \(volume.volume) is mounted here as the live one, epoch \(stamp.epoch)"
        }
    }
}
