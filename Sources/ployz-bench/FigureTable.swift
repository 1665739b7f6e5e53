/// Figures in two columns.
struct FigureTable: CustomStringConvertible {
    private let figures: [Figure]

    init(_ figures: [Figure]) { self.figures = figures }

    var description: String {
        let width = figures.map(\.name.count).max() ?? 0
        return figures.map { figure in
            figure.name + String(repeating: " ", count: width - figure.name.count + 2) + figure.value.description
        }.joined(separator: "\n")
    }

    var markdown: String {
        (["| figure | |", "|---|--:|"] + figures.map { "| \($0.name.replacing("|", with: "\\|")) | \($0.value) |" })
            .joined(separator: "\n")
    }
}
