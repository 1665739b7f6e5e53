package import PloyzAPI
import PloyzModel

extension MigrationStart: Presentable {
    package func lines(_ ink: Ink) -> [String] {
        switch outcome {
        case .alreadyThere: ["\(instance): already on \(to)"]
        case .started: ["\(instance) is moving to \(to): \(follow)"]
        case .attached: ["\(instance) was moving to \(to) already: \(follow)"]
        }
    }

    package var plainLines: [String] {
        ["\(outcome.rawValue)\t\(instance)\t\(to)\t\(operation?.description ?? "-")"]
    }

    private var follow: String { "ployzctl migrate watch \(operation?.description ?? "-")" }
}

extension RenderedManifest: Presentable {
    package func lines(_ ink: Ink) -> [String] { plainLines }

    package var plainLines: [String] { [document.last == "\n" ? String(document.dropLast()) : document] }
}
