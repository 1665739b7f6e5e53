package import PloyzMigration
import PloyzModel

extension MigrationPreview {
    /// What is published of a plan: of the templates only the image, because an environment may hold secrets.
    package init(_ plan: MigrationPlan) {
        self.init(
            instance: plan.instance,
            from: plan.from,
            to: plan.to,
            alreadyThere: false,
            startsFirst: plan.startsFirst,
            members: plan.unit.members.map(Member.init),
            volumes: plan.volumes.map(Volume.init),
            images: plan.images.map { Image(id: $0.id, name: $0.name, size: $0.size) },
            downtime: DowntimePart.allCases.map { DowntimeForecast(part: $0, predicted: plan.downtime[$0]) },
            totalDowntime: plan.downtime.total,
            totalTime: plan.totalTime,
            notes: plan.notes,
            warnings: plan.warnings
        )
    }

    package init(_ outcome: PlanOutcome) {
        switch outcome {
        case .move(let plan): self.init(plan)
        case .alreadyThere(let instance, let machine):
            self.init(
                instance: instance,
                from: machine,
                to: machine,
                alreadyThere: true,
                startsFirst: false,
                members: [],
                volumes: [],
                images: [],
                downtime: [],
                totalDowntime: TimeEstimate(.zero, .exact),
                totalTime: TimeEstimate(.zero, .exact),
                notes: [],
                warnings: []
            )
        }
    }
}

extension MigrationPreview.Member {
    init(_ member: MigrationUnit.Member) {
        self.init(
            instance: member.instance.ref,
            image: member.service.spec.template.image,
            address: member.instance.address
        )
    }
}

extension MigrationPreview.Volume {
    init(_ volume: VolumePlan) {
        self.init(
            volume: volume.volume,
            size: volume.size,
            base: volume.base?.name,
            preCopy: volume.preCopy,
            lastDelta: volume.lastDelta
        )
    }
}
