import Foundation
import PloyzAPI

/// From where, and how, a client talks to the shop.
package struct VantagePoint: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        case container(machine: String)
        case host(machine: String)
        /// In no cluster; by the address of a machine, on a published port or a route.
        case outside(machine: String)
    }

    package enum Manner: String, Hashable, Sendable {
        /// A connection for each request.
        case new = "new connections"
        /// One connection for all, opened again when it is cut.
        case kept = "one connection"
        case http = "HTTP requests"
    }

    package let place: Place
    package let manner: Manner

    /// Milliseconds between the starts of two requests.
    static let interval = 10
    /// Milliseconds that a client gives a connection, and a whole request.
    static let connectLimit = 10_000
    static let requestLimit = 20_000

    package var name: String {
        switch place {
        case .container(let machine): "container on \(machine), \(manner.rawValue)"
        case .host(let machine): "host \(machine), \(manner.rawValue)"
        case .outside(let machine): "outside, by \(machine), \(manner.rawValue)"
        }
    }

    /// Whether a request that fails is a fault: one on a connection that was cut is not.
    package var mayNotFail: Bool { manner != .kept }

    package static func all(_ machines: [String], withIngress: Bool) -> [VantagePoint] {
        let inside = machines.flatMap { machine in
            [
                VantagePoint(place: .container(machine: machine), manner: .new),
                VantagePoint(place: .container(machine: machine), manner: .kept),
                VantagePoint(place: .host(machine: machine), manner: .new),
            ]
        }
        guard withIngress, let first = machines.first, let last = machines.last else { return inside }
        return inside + [
            VantagePoint(place: .outside(machine: first), manner: .new),
            VantagePoint(place: .outside(machine: last), manner: .http),
            VantagePoint(place: .outside(machine: first), manner: .kept),
        ]
    }

    /// Starts the client.
    ///
    /// - Parameters:
    ///   - number: tells the runs of one client apart.
    ///   - interval: milliseconds between the starts of two requests.
    func start(_ shop: TrafficShop, number: Int, interval: Int = VantagePoint.interval) async throws
        -> BackgroundProgram
    {
        let output = shop.lab.scratch.appending(path: "traffic-\(number)-\(abs(hashValue)).json")
        switch place {
        case .container(let machine):
            let inside = ["nsenter", "--target", try await shop.client(on: machine), "--net", "--"]
            return try shop.lab.start(machine, inside + probe("\(shop.redis):6379", interval), output: output)
        case .host(let machine):
            return try shop.lab.start(machine, probe("\(shop.redis):6379", interval), output: output)
        case .outside(let machine):
            let port = manner == .http ? 80 : TrafficShop.port
            let words = probe("\(Lab.underlayAddress(of: machine)):\(port)", interval)
            return try shop.lab.startCommand(["outside", "--"] + words, output: output)
        }
    }

    private func probe(_ endpoint: String, _ interval: Int) -> [String] {
        let verb =
            switch manner {
            case .new: ["ping"]
            case .kept: ["keep"]
            case .http: ["http", "--host", TrafficShop.host]
            }
        return ["lab-probe"] + verb + [
            "--to", endpoint, "--interval-ms", String(interval), "--connect-timeout-ms", String(Self.connectLimit),
            "--timeout-ms", String(Self.requestLimit),
        ]
    }
}

extension Lab {
    /// The address of a machine on the underlay.
    static func underlayAddress(of machine: String) -> String { "192.168.90.\(10 + (Int(machine.dropFirst()) ?? 0))" }
}
