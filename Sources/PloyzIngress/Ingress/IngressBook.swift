import PloyzModel

/// What HAProxy is told of each service, kept as text: a change costs the services that it touches, not all.
struct IngressBook: Sendable {
    struct Page: Hashable, Sendable {
        /// HAProxy's configuration of the service; empty when nothing of it is served.
        var text = ""
        /// Lines of the map of routes.
        var routes = ""
        /// The ports that ``text`` binds.
        var ports: Set<Int> = []
        var problems: [ServingProblem] = []

        var hash: UInt64 { text.stableHash &+ routes.stableHash &* 31 }
    }

    private let text: IngressText
    private var views: [ServiceRef: ServiceView] = [:]
    private(set) var pages: [ServiceRef: Page] = [:]
    private var claimants: [IngressClaim: Set<ServiceRef>] = [:]
    /// Ports that other programs of this machine have.
    private(set) var taken: Set<Int> = []
    /// Services whose text HAProxy refuses, until they change.
    private var refused: [ServiceRef: String] = [:]
    private var routed: Set<ServiceRef> = []
    private var troubled: Set<ServiceRef> = []
    private var bound: [Int: ServiceRef] = [:]
    private var sum: UInt64 = 0
    /// The services with text, by file.
    private(set) var shards: [IngressShard: Set<ServiceRef>] = [:]

    init(text: IngressText) { self.text = text }

    /// Whether anything answers at this machine's addresses.
    var isEmpty: Bool { bound.isEmpty && routed.isEmpty }
    var hasRoutes: Bool { !routed.isEmpty }
    /// Every port that HAProxy binds.
    var ports: Set<Int> { Set(bound.keys).union(hasRoutes ? [text.settings.httpPort] : []) }
    var problems: [ServingProblem] { troubled.sorted().flatMap { pages[$0]?.problems ?? [] } }

    /// What the whole configuration is known by. The order in which services came does not matter.
    var digest: String {
        let whole = sum &+ text.global(digest: "").stableHash &+ (hasRoutes ? text.http().stableHash : 0)
        return "ployz-" + String(whole, radix: 16)
    }

    /// The map of all routes.
    var map: String {
        // A reference makes its text anew each time that it is compared.
        routed.map { ($0.description, pages[$0]?.routes ?? "") }.sorted { $0.0 < $1.0 }.map(\.1).joined()
    }

    /// What the file of a shard has: each service's text below a line that names it.
    func text(of shard: IngressShard) -> String {
        (shards[shard] ?? []).sorted().map { Self.mark + "\($0)\n" + (pages[$0]?.text ?? "") }.joined()
    }

    /// The service that a line of a shard's file belongs to, counted from 1.
    func service(of shard: IngressShard, line: Int) -> ServiceRef? {
        let lines = text(of: shard).split(separator: "\n", omittingEmptySubsequences: false).prefix(line)
        guard let mark = lines.last(where: { $0.hasPrefix(Self.mark) }) else { return nil }
        return try? ServiceRef(String(mark.dropFirst(Self.mark.count)))
    }

    private static let mark = "# "

    /// Takes a service in; returns those whose pages changed: it, and those that it has a port or route in common with.
    mutating func update(_ change: ServiceChange) -> Set<ServiceRef> {
        let before = views[change.ref]?.claims ?? []
        let after = change.view?.claims ?? []
        for claim in before.subtracting(after) { claimants[claim]?.remove(change.ref) }
        for claim in after.subtracting(before) { claimants[claim, default: []].insert(change.ref) }
        var touched: Set = [change.ref]
        for claim in before.union(after) { touched.formUnion(claimants[claim] ?? []) }
        for claim in before where claimants[claim]?.isEmpty == true { claimants[claim] = nil }
        views[change.ref] = change.view
        refused[change.ref] = nil
        return render(touched)
    }

    /// Leaves services out, each with the reason.
    mutating func refuse(_ services: [ServiceRef: String]) -> Set<ServiceRef> {
        refused.merge(services) { $1 }
        return render(Set(services.keys))
    }

    /// Leaves published ports out that other programs have, and takes back those that they have no more.
    mutating func setTaken(_ ports: Set<Int>) -> Set<ServiceRef> {
        let changed = ports.symmetricDifference(taken)
        taken = ports
        var touched = changed.reduce(into: Set<ServiceRef>()) { $0.formUnion(claimants[.port($1)] ?? []) }
        if changed.contains(text.settings.httpPort) {
            touched.formUnion(views.values.filter { !$0.routes.isEmpty }.map(\.ref))
        }
        return render(touched)
    }

    private mutating func render(_ services: Set<ServiceRef>) -> Set<ServiceRef> {
        let hadRoutes = hasRoutes
        var changed = services.filter { renderOne($0) }
        if hadRoutes != hasRoutes {
            // The port of the routes is theirs only while there are any.
            changed.formUnion((claimants[.port(text.settings.httpPort)] ?? []).filter { renderOne($0) })
        }
        return changed
    }

    private mutating func renderOne(_ service: ServiceRef) -> Bool {
        let old = pages[service]
        let new = views[service].map { page(of: $0) }
        guard new != old else { return false }
        for port in old?.ports ?? [] where bound[port] == service { bound[port] = nil }
        for port in new?.ports ?? [] { bound[port] = service }
        sum = sum &- (old?.hash ?? 0) &+ (new?.hash ?? 0)
        pages[service] = new
        let shard = IngressShard(service)
        if new?.text.isEmpty ?? true {
            shards[shard]?.remove(service)
        } else {
            shards[shard, default: []].insert(service)
        }
        if new?.routes.isEmpty ?? true { routed.remove(service) } else { routed.insert(service) }
        if new?.problems.isEmpty ?? true { troubled.remove(service) } else { troubled.insert(service) }
        return true
    }

    private func page(of view: ServiceView) -> Page {
        var page = Page()
        if let reason = refused[view.ref] {
            page.problems = [ServingProblem("\(view.ref)", reason)]
            return page
        }
        for port in view.publish {
            if let reason = problem(of: port, in: view) {
                let name = "port \(port.port)/\(port.protocol.rawValue)"
                page.problems.append(ServingProblem("\(view.ref)", "\(name) is not served: \(reason)"))
            } else if page.ports.insert(port.port).inserted {
                page.text += text.port(port, of: view)
            }
        }
        var backends: Set<Int> = []
        for route in view.routes {
            if let reason = problem(of: route, in: view) {
                let name = "the route \(HTTPPath.shown(route.host + route.path))"
                page.problems.append(ServingProblem("\(view.ref)", "\(name) is not served: \(reason)"))
                continue
            }
            if backends.insert(route.port).inserted { page.text += text.backend(route.port, of: view) }
            let key = HTTPPath.key(host: route.host, path: route.path)
            page.routes += "\(key) \(text.backendName(route.port, of: view.ref))\n"
        }
        return page
    }

    /// The port of the names, on each machine's gateway address.
    private static let namesPort = 53

    private func problem(of port: PublishedPort, in view: ServiceView) -> String? {
        guard port.protocol == .tcp else { return "only TCP ports can be published" }
        guard (1...65_535).contains(port.port), (1...65_535).contains(port.target) else { return "no such port" }
        if port.port == Self.namesPort { return "machines answer for names there" }
        if port.port == text.settings.httpPort, hasRoutes { return "HTTP routes answer there (http_port)" }
        if let other = earlier(than: view.ref, .port(port.port)) { return "\(other) publishes it" }
        return taken.contains(port.port) ? "another program of this machine listens there" : nil
    }

    private func problem(of route: HTTPRoute, in view: ServiceView) -> String? {
        guard (1...65_535).contains(route.port) else { return "no such port" }
        if let reason = HTTPPath.problem(host: route.host) ?? HTTPPath.problem(path: route.path) { return reason }
        if taken.contains(text.settings.httpPort) {
            return "another program of this machine listens on port \(text.settings.httpPort) (http_port)"
        }
        return earlier(than: view.ref, .route(HTTPPath.key(host: route.host, path: route.path)))
            .map { "\($0) has it" }
    }

    /// Of several services that claim the same, the first by name has it.
    private func earlier(than service: ServiceRef, _ claim: IngressClaim) -> ServiceRef? {
        guard let all = claimants[claim], all.count > 1, let first = all.min(), first != service else { return nil }
        return first
    }
}

extension String {
    /// FNV-1a, 64 bits: the same in every process, which `hashValue` is not.
    var stableHash: UInt64 {
        utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
