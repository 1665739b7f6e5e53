import Foundation
import PloyzSystem
import Testing

struct KernelFileTests {
    @Test func readsWhatTellsNoSize() throws {
        let text = try #require(KernelFile.text("/proc/self/status"))
        #expect(text.hasPrefix("Name:"))
        #expect(text.hasSuffix("\n"))
    }

    @Test func aFileThatIsNotThereIsNil() { #expect(KernelFile.text("/proc/self/nothing") == nil) }

    /// Address 0 is nobody's: the file opens, and the first read of it fails with EIO.
    @Test func failedReadsKeepNoMemory() throws {
        let before = try resident()
        for _ in 0..<5000 { #expect(KernelFile.text("/proc/self/mem") == nil) }
        #expect(try resident() - before < 8 << 10, "KiB; a page kept with each would be 20,000")
    }

    /// KiB.
    private func resident() throws -> Int {
        let line = try #require(
            KernelFile.text("/proc/self/status")?.split(separator: "\n").first { $0.hasPrefix("VmRSS") }
        )
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }
}
