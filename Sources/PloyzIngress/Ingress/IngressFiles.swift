import PloyzModel

/// The book on disk, as HAProxy reads it. Only what changed is written, except the map of routes, which is one file.
struct IngressFiles: Sendable {
    let directory: IngressDirectory
    let text: IngressText

    /// Makes the directories and removes files that are not the book's.
    func prepare(_ book: IngressBook) throws {
        try GeneratedFile.makeDirectory(directory.path, mode: 0o700)
        try GeneratedFile.makeDirectory(directory.configuration, mode: 0o700)
        try GeneratedFile.makeDirectory(directory.empty, mode: 0o755)
        for name in GeneratedFile.names(in: directory.configuration) {
            let isKnown = IngressShard(file: name).flatMap { book.shards[$0]?.isEmpty } == false
            if !isKnown { try GeneratedFile("\(directory.configuration)/\(name)").remove() }
        }
    }

    func write(_ services: Set<ServiceRef>, of book: IngressBook, withRoutes: Bool) throws {
        for shard in Set(services.map { IngressShard($0) }) {
            let file = GeneratedFile(directory.shard(shard))
            let text = book.text(of: shard)
            if text.isEmpty { try file.remove() } else { try file.write(text, draft: directory.draft) }
        }
        if withRoutes {
            try GeneratedFile(directory.routes).write(book.map, draft: directory.draft)
            let http = GeneratedFile(directory.http)
            if book.hasRoutes { try http.write(text.http(), draft: directory.draft) } else { try http.remove() }
        }
        try GeneratedFile(directory.global).write(text.global(digest: book.digest), draft: directory.draft)
    }
}
