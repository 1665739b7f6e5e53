/// What was measured with one number of services. Times are in milliseconds.
struct ScaleRound {
    let services: Int
    let routes: Int
    var figures: [ScaleFigure] = []
    /// Where what the machine said differed from the records.
    var differences: [String] = []

    init(services: Int, routes: Int) {
        self.services = services
        self.routes = routes
    }

    /// What may grow with the number of services.
    mutating func note(_ name: String, _ value: Double, _ unit: String = "ms") {
        figures.append(ScaleFigure(name: name, value: value, unit: unit, limit: .none))
    }

    /// What may not.
    mutating func note(_ name: String, _ value: Double, limit: ScaleFigure.Limit) {
        figures.append(ScaleFigure(name: name, value: value, unit: "ms", limit: limit))
    }
}

struct ScaleFigure {
    enum Limit {
        case none
        /// Processor time, which the host's other work changes little.
        case plain
        /// Time on the clock, and that of a program that was run beside each change, asks the kernel one thing and costs the
        /// same at any size: a host that has become slower is none of the services' doing.
        /// What looking takes by itself is taken off, where it grows.
        case beside(Double, looking: Double = 0)
    }

    let name: String
    let value: Double
    let unit: String
    let limit: Limit

    /// The figure without what looking takes, and as a multiple of the program beside it; nil when it has no limit.
    var limited: (value: Double, relative: Double)? {
        switch limit {
        case .none: return nil
        case .plain: return (value, value)
        case .beside(let pace, let looking):
            // A change that every look has found at once took a moment all the same.
            let rest = max(value - looking, 1)
            return (rest, rest / max(pace, 1))
        }
    }
}

extension [Double] {
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}

extension Duration {
    var milliseconds: Double { self / .milliseconds(1) }
}
