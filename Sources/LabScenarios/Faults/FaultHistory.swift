package import Foundation

/// What cases have shown, a line of JSON each, so that a run that was interrupted goes on where it was.
package struct FaultHistory: Sendable {
    private let file: URL
    package private(set) var verdicts: [FaultVerdict]

    /// - Parameter resumes: whether what an earlier run has shown counts.
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
    }

    package func has(_ fault: FaultCase) -> Bool { verdicts.contains { $0.name == fault.name } }

    package mutating func add(_ verdict: FaultVerdict) throws {
        verdicts.append(verdict)
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: JSONEncoder().encode(verdict) + Data("\n".utf8))
        try handle.close()
    }
}
