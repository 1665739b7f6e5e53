import PloyzMigration
import PloyzModel

extension DeployPlanner {
    static func randomTag() -> SecretTag {
        var generator = SystemRandomNumberGenerator()
        return SecretTag(using: &generator)
    }

    /// The service as the store may have it: each secret by its tag. A value that is the stored one keeps its tag, so that
    /// to deploy it again changes nothing; a tag must be that of the value that is stored.
    mutating func keepSecrets(of spec: ServiceSpec) -> ServiceSpec {
        let ref = ref(spec.name)
        let before = picture.secrets[ref]
        var after: [String: SecretsRecord.Entry] = [:]
        var spec = spec
        for (name, value) in spec.template.env.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .text: continue
            case .secret(let secret):
                let known = before?.env[name].flatMap { $0.value == secret ? $0 : nil }
                after[name] = known ?? SecretsRecord.Entry(tag: newTag(), value: secret)
            case .stored(let tag):
                guard let known = before?.env[name], known.tag == tag else {
                    refuse(
                        .staleManifest,
                        "\(ref): the store has no value of the secret \(name) by the tag \(tag); it was changed or removed",
                        next: "say its value, or render the manifest again"
                    )
                    continue
                }
                after[name] = known
            }
            spec.template.env[name] = after[name].map { .stored($0.tag) }
        }
        if after.isEmpty {
            if before != nil { plan.removedSecrets.append(ref) }
        } else if after != before?.env {
            plan.secrets.append(SecretsRecord(service: ref, env: after))
        } else {
            plan.reliedOn.insert(.secrets(of: ref))
        }
        return spec
    }
}
