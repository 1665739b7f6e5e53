package import PloyzModel

/// What must hold between the parts of a manifest whose structure is right. Everything that is broken is collected.
package struct ManifestRules {
    let manifest: Manifest
    let known: KnownVolumes
    /// The declared volumes by name; of two with one name the first.
    let declared: [VolumeName: VolumeSpec]
    var problems = ProblemList()

    private init(_ manifest: Manifest, known: KnownVolumes) {
        self.manifest = manifest
        self.known = known
        declared = Dictionary(manifest.volumes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Every broken rule, with its path and without its line.
    package static func problems(in manifest: Manifest, known: KnownVolumes) -> [DocumentProblem] {
        var rules = ManifestRules(manifest, known: known)
        rules.checkDocument()
        for (index, service) in manifest.services.enumerated() {
            rules.check(service, at: DocumentPath.root.field("services").index(index))
        }
        rules.checkPublishedPorts()
        rules.checkRoutes()
        rules.checkSharing()
        if let intent = manifest.intent {
            rules.check(intent, at: DocumentPath.root.field("intent"))
        }
        return rules.problems.all
    }

    private mutating func checkDocument() {
        if manifest.services.isEmpty, manifest.volumes.isEmpty {
            problems.add("a manifest must have at least one service or volume", at: .root.field("services"))
        }
        checkUnique(manifest.services.map(\.name.text), "service", in: DocumentPath.root.field("services"))
        checkUnique(manifest.volumes.map(\.name.text), "volume", in: DocumentPath.root.field("volumes"))
        if manifest.generation != nil, manifest.intent == nil {
            problems.add("is only for a manifest with an intent", at: .root.field("generation"))
        }
    }

    private mutating func checkUnique(_ names: [String], _ kind: String, in list: DocumentPath) {
        var first: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            if let earlier = first[name] {
                problems.add(
                    "'\(name)' is the name of \(list.index(earlier)) already",
                    at: list.index(index).field("name")
                )
            } else {
                first[name] = index
            }
        }
    }

    /// The answer for a volume of the manifest's namespace, declared or not.
    func answer(for volume: VolumeName) -> KnownVolumes.Answer {
        if let spec = declared[volume] { return .known(spec) }
        return known.answer(for: VolumeRef(namespace: manifest.namespace, volume: volume))
    }

    /// `; did you mean 'data'?` for a volume that nobody knows.
    func volumeHint(for volume: VolumeName) -> String {
        let names = declared.keys.map(\.text) + known.names(in: manifest.namespace)
        return Nearest.hint(for: volume.text, among: names)
    }
}
