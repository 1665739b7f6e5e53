import PloyzAPI
import PloyzMigration
import PloyzModel

/// Plans a deployment: what a manifest changes in a cluster. Pure; everything that refuses is reported together.
///
/// A manifest declares some services and volumes of a namespace. What it does not name is left alone.
struct DeployPlanner {
    let manifest: Manifest
    let picture: DeployPicture
    var placer: InstancePlacer
    var plan: DeployPlan
    var errors: [PloyzError] = []
    /// Where the volumes that the manifest mounts or declares are or will be.
    var owners: [VolumeRef: MachineID] = [:]
    let newTag: () -> SecretTag
    /// Services that the plan changes or creates.
    var changed: Set<ServiceRef> = []

    private init(_ manifest: Manifest, in picture: DeployPicture, newTag: @escaping () -> SecretTag) {
        self.manifest = manifest
        self.newTag = newTag
        self.picture = picture
        placer = InstancePlacer(picture)
        plan = DeployPlan(namespace: manifest.namespace)
    }

    /// - Parameters:
    ///   - manifest: One that ``ManifestReader`` has found valid with the picture's volumes known.
    ///   - newTag: for values of secrets that are new.
    /// - Throws: one ``PloyzError`` that carries every refusal.
    static func plan(
        _ manifest: Manifest,
        in picture: DeployPicture,
        newTag: @escaping () -> SecretTag = DeployPlanner.randomTag
    ) throws(PloyzError) -> DeployPlan {
        var planner = DeployPlanner(manifest, in: picture, newTag: newTag)
        planner.planVolumes()
        for spec in manifest.services { planner.plan(planner.keepSecrets(of: spec)) }
        planner.planClaims()
        planner.planMoves()
        planner.checkLocks()
        if let error = PloyzError.all(planner.errors) { throw error }
        return planner.plan
    }

    func ref(_ service: ServiceName) -> ServiceRef { ServiceRef(namespace: manifest.namespace, service: service) }

    func ref(_ volume: VolumeName) -> VolumeRef { VolumeRef(namespace: manifest.namespace, volume: volume) }

    /// The services of the namespace as they will be: the manifest's, and those that it leaves alone.
    var servicesAfter: [ServiceName: ServiceSpec] {
        var specs: [ServiceName: ServiceSpec] = [:]
        for record in picture.cluster.services where record.ref.namespace == manifest.namespace {
            specs[record.ref.service] = record.spec
        }
        for spec in manifest.services { specs[spec.name] = spec }
        return specs
    }

    mutating func refuse(_ code: ErrorCode, _ message: String, next: String? = nil) {
        errors.append(PloyzError(code, message, next: next))
    }

    mutating func note(
        _ kind: DeployChange.Kind,
        _ subject: DeployChange.Subject,
        _ name: some CustomStringConvertible,
        on machine: MachineID? = nil,
        _ detail: String? = nil
    ) {
        let place = machine.flatMap { picture.place($0) }
        plan.changes.append(
            DeployChange(kind: kind, subject: subject, name: name.description, machine: place, detail: detail)
        )
    }

    /// A service that an operation has is not changed, and nor is what shares its volumes: their place is about to
    /// change.
    private mutating func checkLocks() {
        let specs = servicesAfter
        var checked = changed
        let touched = changed.map { specs[$0.service]?.volumeNames ?? [] } + [plan.volumes.map(\.ref.volume)]
        for volumes in touched.map(Set.init) {
            for (name, spec) in specs where !volumes.isDisjoint(with: spec.volumeNames) { checked.insert(ref(name)) }
        }
        for service in checked.sorted() {
            if let operation = picture.locks[service] {
                refuse(
                    .serviceBusy,
                    "\(service) is being moved by \(operation)",
                    next: "ployzctl migrate watch \(operation), then repeat"
                )
            }
            plan.reliedOn.insert(.lock(service))
        }
    }
}
