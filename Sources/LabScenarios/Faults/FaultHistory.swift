package import Foundation

/// What cases have shown, a line of JSON each, so that a run that was interrupted goes on where it was.
package struct FaultHistory: Sendable {
    private let file: URL
    package private(set) var verdicts: [FaultVerdict]

    /// - Parameter resumes: whether the cases that an earlier run has passed count; those that failed are played again.
    package init(_ file: URL, resumes: Bool) throws {
        self.file = file
        verdicts = []
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        guard resumes, let data = try? Data(contentsOf: file) else {
            try Data().write(to: file)
            return
        }
        verdicts = data.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONDecoder().decode(FaultVerdict.self, from: Data($0))
        }
        .filter(\.passed)
        try Data().write(to: file)
        for verdict in verdicts { try append(verdict) }
    }

    package func has(_ fault: FaultCase) -> Bool { verdicts.contains { $0.name == fault.name } }

    package mutating func add(_ verdict: FaultVerdict) throws {
        verdicts.append(verdict)
        try append(verdict)
    }

    private func append(_ verdict: FaultVerdict) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: JSONEncoder().encode(verdict) + Data("\n".utf8))
        try handle.close()
    }
}
