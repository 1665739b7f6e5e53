import PloyzMigration

/// One line of `GET /events`.
struct EventMessage: Decodable, Sendable {
    struct Actor: Decodable, Sendable {
        /// The container's labels, beside image, name and exit code.
        let attributes: [String: String]?

        enum CodingKeys: String, CodingKey { case attributes = "Attributes" }
    }

    let type: String?
    let action: String?
    let actor: Actor?

    enum CodingKeys: String, CodingKey {
        case type = "Type"
        case action = "Action"
        case actor = "Actor"
    }

    /// What happened to which container of ours; nil for everything else.
    var event: ContainerEvent? {
        guard type == "container", let identity = ContainerLabel.identity(in: actor?.attributes ?? [:]) else {
            return nil
        }
        let kind: ContainerEvent.Kind
        switch action {
        case "start": kind = .started
        case "die": kind = .died
        case "destroy": kind = .removed
        default: return nil
        }
        return ContainerEvent(instance: identity.instance, role: identity.role, kind: kind)
    }
}
