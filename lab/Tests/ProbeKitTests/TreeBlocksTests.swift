import Glibc
import Posix
import ProbeKit
import Testing

@Suite struct TreeBlocksTests {
    @Test func aChangedBlockIsTheOnlyOneThatDiffers() throws {
        let root = "/tmp/probe-blocks-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try Files.makeDirectory("\(root)/below")
        defer { try? Command(["rm", "-rf", root]).run() }
        let text = String(repeating: "a", count: 1000) + String(repeating: "b", count: 500)
        try Files.replace("\(root)/below/é", with: text)
        try Files.replace("\(root)/empty", with: "")
        let before = try blocks(root)
        #expect(before.map(\.count) == [512, 512, 476])
        #expect(before.map(\.index) == [0, 1, 2])
        #expect(Set(before.map(\.file)) == ["below/é"])
        try Files.replace("\(root)/below/é", with: text.dropLast() + "c")
        let after = try blocks(root)
        #expect(after.filter { !before.contains($0) }.map(\.index) == [2])
        // The SHA-256 of 512 times `a`.
        let digest = try Command(["sh", "-c", "head -c 512 '\(root)/below/é' | sha256sum"]).output()
        #expect(digest.hasPrefix(before[0].hash))
    }

    private func blocks(_ root: String) throws -> [TreeBlocks.Block] {
        var blocks: [TreeBlocks.Block] = []
        try TreeBlocks(of: BytePath(root), block: 512).forEach { blocks.append($0) }
        return blocks
    }
}
