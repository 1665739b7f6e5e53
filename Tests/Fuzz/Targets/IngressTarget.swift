import Foundation
import PloyzModel

@testable import PloyzIngress

extension FuzzTarget {
    /// Records of services, of which the files of HAProxy and dnsmasq are made. No value gets out of its line, and no line
    /// says anything but what we say.
    static let ingress = FuzzTarget(name: "ingress", longest: 2048) { bytes in
        guard let services = try? JSON.decode([ServedService].self, from: Data(bytes)) else { return }
        let text = IngressText(settings: IngressSettings(), directory: IngressDirectory("/run/ployz/ingress"))
        var book = IngressBook(text: text)
        for service in services { _ = book.update(ServiceChange(ref: service.ref, view: service.view)) }
        for shard in Set(services.map { IngressShard($0.ref) }) {
            for line in book.text(of: shard).split(separator: "\n") { look(at: line) }
        }
        for line in book.map.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            claim(
                line.split(separator: " ", omittingEmptySubsequences: false).count == 2,
                "a route is two words: \(line)"
            )
            claim(isOneLine(String(line)), "a route is one line: \(line)")
        }
        for service in services {
            let file = NamesFile.name(service.ref)
            claim(file.utf8.allSatisfy(isNameByte), "a file's name is a name: \(file)")
            for line in NamesFile.text(service.view).split(separator: "\n") {
                claim(
                    line.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: " ") },
                    "a host is two words: \(line)"
                )
            }
        }
        for problem in book.problems { claim(isOneLine(problem.description), "a problem is one line: \(problem)") }
    }

    private struct ServedService: Decodable {
        let ref: ServiceRef
        let publish: [PublishedPort]
        let routes: [HTTPRoute]
        let addresses: [IPv4Address]

        var view: ServiceView { ServiceView(ref: ref, publish: publish, routes: routes, addresses: addresses) }
    }

    private static let words: Set<Substring> = [
        "bind", "http-request", "mode", "option", "retry-on", "server", "timeout",
    ]

    private static func look(at line: Substring) {
        claim(isOneLine(String(line)), "a line is one line: \(line)")
        if line.hasPrefix("    ") {
            claim(line.split(separator: " ").first.map(words.contains) ?? false, "a line is one of ours: \(line)")
        } else {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            claim(
                parts.count == 2 && ["#", "listen", "backend"].contains(parts[0]),
                "a section is one of ours: \(line)"
            )
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
