import PloyzAPI
import PloyzMigration
import PloyzModel

extension DeployPlanner {
    /// Turns the intent into migrations, one for each unit; they are asked for, not made.
    mutating func planMoves() {
        guard let intent = manifest.intent else { return }
        checkGeneration(intent)
        for entry in intent.services {
            let instance = InstanceRef(service: ref(entry.service), index: entry.instance)
            // A member of a unit that is there already moves with it.
            let isCovered = plan.moves.contains { move in
                move.unit.members.contains { $0.instance.ref == instance }
            }
            if !isCovered { plan(entry, instance, intent) }
        }
    }

    private mutating func checkGeneration(_ intent: Intent) {
        guard let generation = manifest.generation, let first = intent.services.first else { return }
        guard let record = picture.service(ref(first.service)), record.generation != generation else { return }
        refuse(
            .staleManifest,
            "the manifest was rendered from generation \(generation) of \(record.ref), which is at \(record.generation)",
            next:
                "ployzctl migrate render-manifest \(record.ref) --to \(picture.cluster.name(of: first.intent.move.toMachine))"
        )
    }

    private mutating func plan(_ entry: ServiceIntent, _ ref: InstanceRef, _ intent: Intent) {
        let move = entry.intent.move
        guard let service = picture.service(ref.service) else {
            return refuse(
                .unknownService,
                "\(ref.service) is not deployed yet: there is nothing to move",
                next: "deploy it without the intent first"
            )
        }
        guard let instance = picture.instances(of: ref.service).first(where: { $0.ref == ref }) else {
            return refuse(.unknownInstance, "\(ref.service) has no instance \(ref.index)", next: "ployzctl service ls")
        }
        for machine in [move.fromMachine, move.toMachine] where picture.cluster.machine(machine) == nil {
            let names = picture.cluster.machines.map(\.id.text)
            refuse(
                .unknownMachine,
                "there is no machine '\(machine)'\(Nearest.hint(for: machine.text, among: names))",
                next: "ployzctl machine ls"
            )
        }
        if instance.machine != move.fromMachine, instance.machine != move.toMachine {
            refuse(
                .notOnMachine,
                "\(ref) is on \(picture.cluster.name(of: instance.machine)), not on "
                    + picture.cluster.name(of: move.fromMachine),
                next: "ployzctl migrate render-manifest \(ref.service) --to \(picture.cluster.name(of: move.toMachine))"
            )
        }
        let unit = picture.cluster.unit(of: instance)
        errors += unit.refusals()
        checkIntent(intent, covers: unit, move: entry.intent)
        for member in unit.members where changed.contains(member.service.ref) {
            refuse(
                .changeAndMove,
                "the manifest moves \(member.service.ref) and changes it too",
                next: "deploy the change without the intent first, then move it"
            )
        }
        plan.moves.append(
            DeployMove(
                instance: ref,
                from: move.fromMachine,
                to: move.toMachine,
                generation: service.generation,
                unit: unit
            )
        )
        note(
            .move,
            .service,
            ref.service,
            on: move.toMachine,
            detail(of: unit, from: instance.machine, to: move.toMachine)
        )
    }

    /// Everything that moves must be asked for, so that nobody is surprised.
    private mutating func checkIntent(_ intent: Intent, covers unit: MigrationUnit, move: PlacementIntent) {
        for member in unit.members {
            let ref = member.instance.ref
            let isNamed = intent.services.contains {
                self.ref($0.service) == ref.service && $0.instance == ref.index && $0.intent == move
            }
            if !isNamed { refuse(.moveIncomplete, "\(ref) moves too, and the intent does not say so") }
        }
        for volume in unit.volumes
        where !intent.volumes.contains(where: { self.ref($0.volume) == volume.ref && $0.intent == move }) {
            refuse(.moveIncomplete, "\(volume.ref) moves too, and the intent does not say so")
        }
    }

    private func detail(of unit: MigrationUnit, from: MachineID, to: MachineID) -> String {
        if from == to { return "already there" }
        let others = unit.members.dropFirst().map { "\($0.instance.ref)" } + unit.volumes.map { "\($0.ref)" }
        let with = others.isEmpty ? "" : ", with \(others.joined(separator: ", "))"
        return "from \(picture.cluster.name(of: from))\(with)"
    }
}
