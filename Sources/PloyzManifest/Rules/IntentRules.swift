import PloyzModel

/// Rules of the moves that a manifest asks for: the document must name everything that moves together.
extension ManifestRules {
    mutating func check(_ intent: Intent, at path: DocumentPath) {
        if intent.services.isEmpty, intent.volumes.isEmpty {
            problems.add("asks for nothing; leave it out", at: path)
        }
        checkServices(of: intent, at: path.field("services"))
        checkVolumes(of: intent, at: path.field("volumes"))
    }

    private mutating func checkServices(of intent: Intent, at list: DocumentPath) {
        var seen: Set<String> = []
        for (index, entry) in intent.services.enumerated() {
            let path = list.index(index)
            check(entry.intent, at: path)
            if !seen.insert("\(entry.service)/\(entry.instance)").inserted {
                problems.add("'\(entry.service)' instance \(entry.instance) is moved twice", at: path.field("service"))
            }
            guard let service = manifest.services.first(where: { $0.name == entry.service }) else {
                let hint = Nearest.hint(for: entry.service.text, among: manifest.services.map(\.name.text))
                problems.add("no service '\(entry.service)' is declared\(hint)", at: path.field("service"))
                continue
            }
            switch service.placement {
            case .global: problems.add("'\(entry.service)' is global and cannot move", at: path.field("service"))
            case .replicated(let count) where entry.instance >= count:
                problems.add("'\(entry.service)' has the instances 0 to \(count - 1)", at: path.field("instance"))
            case .replicated: break
            }
            for volume in Set(service.volumeNames).sorted() {
                let move = intent.volumes.first { $0.volume == volume }?.intent
                if move != entry.intent {
                    problems.add(
                        "'\(entry.service)' mounts the volume '\(volume)', which needs the same intent",
                        at: path.field("service")
                    )
                }
            }
        }
    }

    private mutating func checkVolumes(of intent: Intent, at list: DocumentPath) {
        var seen: Set<VolumeName> = []
        for (index, entry) in intent.volumes.enumerated() {
            let path = list.index(index)
            check(entry.intent, at: path)
            if !seen.insert(entry.volume).inserted {
                problems.add("'\(entry.volume)' is moved twice", at: path.field("volume"))
            }
            if case .missing = answer(for: entry.volume) {
                problems.add(
                    "no volume '\(entry.volume)' is declared\(volumeHint(for: entry.volume))",
                    at: path.field("volume")
                )
            }
            let users = manifest.services.filter { $0.volumeNames.contains(entry.volume) }
            if users.isEmpty {
                problems.add("no service of the manifest mounts '\(entry.volume)'", at: path.field("volume"))
            }
            for user in users
            where !intent.services.contains(where: { $0.service == user.name && $0.intent == entry.intent }) {
                problems.add(
                    "'\(entry.volume)' is mounted by the service '\(user.name)', which needs the same intent",
                    at: path.field("volume")
                )
            }
        }
    }

    private mutating func check(_ intent: PlacementIntent, at path: DocumentPath) {
        if intent.move.fromMachine == intent.move.toMachine {
            problems.add(
                "must be another machine than from_machine",
                at: path.field("intent").field("move").field("to_machine")
            )
        }
    }
}
