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

    mutating func note(_ name: String, _ value: Double, _ unit: String = "ms", mayGrow: Bool = true) {
        figures.append(ScaleFigure(name: name, value: value, unit: unit, mayGrow: mayGrow))
    }
}

struct ScaleFigure {
    let name: String
    let value: Double
    let unit: String
    let mayGrow: Bool
}

extension [Double] {
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}

extension Duration {
    var milliseconds: Double { self / .milliseconds(1) }
}
