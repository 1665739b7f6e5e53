/// Problems as they are found; only so many are kept that a hostile document cannot make a long answer.
struct ProblemList {
    static let most = 100

    private(set) var problems: [DocumentProblem] = []
    private var dropped = 0

    var isEmpty: Bool { problems.isEmpty }

    /// Whether further problems are only counted.
    var isFull: Bool { problems.count >= Self.most }

    mutating func add(_ message: String, at path: DocumentPath, line: Int? = nil) {
        guard !isFull else {
            dropped += 1
            return
        }
        problems.append(DocumentProblem(path: path, line: line == 0 ? nil : line, message: message))
    }

    /// The problems, and how many more there are when they are not all there.
    var all: [DocumentProblem] {
        guard dropped > 0 else { return problems }
        return problems + [DocumentProblem(path: .root, line: nil, message: "and \(dropped) more problems")]
    }
}
