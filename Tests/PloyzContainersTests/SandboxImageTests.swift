import Foundation
import PloyzModel
import Testing

@testable import PloyzContainers

struct SandboxImageTests {
    @Test("An ELF file with an interpreter needs a loader, one without does not")
    func interpreter() {
        #expect(StaticProgram.needsLoader(elf(headers: [1, 3, 1])) == true)
        #expect(StaticProgram.needsLoader(elf(headers: [1, 2, 6])) == false)
    }

    @Test("What is no whole ELF executable is refused, whatever its headers promise")
    func notELF() {
        #expect(StaticProgram.needsLoader([]) == nil)
        #expect(StaticProgram.needsLoader([UInt8]("#!/bin/sh\n".utf8) + [UInt8](repeating: 32, count: 100)) == nil)
        #expect(StaticProgram.needsLoader(elf(headers: [])) == nil)
        var short = elf(headers: [1, 1])
        short.removeLast(60)
        #expect(StaticProgram.needsLoader(short) == nil)
        var far = elf(headers: [1])
        far.replaceSubrange(32..<40, with: [UInt8](repeating: 255, count: 8))
        #expect(StaticProgram.needsLoader(far) == nil)
    }

    @Test(
        "A missing, a dynamic and an empty program are refused by name",
        arguments: ["/nowhere", "/bin/sh", "/dev/null"]
    )
    func refused(path: String) throws {
        let error = try #require(throws: PloyzError.self) { try StaticProgram(path: path) }
        #expect(error.code == .sandboxProgram)
        #expect(error.message.contains(path))
    }

    @Test("The archive of one file is what tar reads: header with checksum, content, padding, end")
    func archive() throws {
        let content = Data((0..<700).map { UInt8(truncatingIfNeeded: $0) })
        let archive = [UInt8](TarArchive.containing(content, at: "bin/busybox"))
        #expect(archive.count == 512 + 1024 + 1024)
        #expect(Array(archive[0..<11]) == [UInt8]("bin/busybox".utf8))
        #expect(Array(archive[100..<107]) == [UInt8]("0000755".utf8))
        #expect(Array(archive[124..<135]) == [UInt8]("00000001274".utf8))
        #expect(Array(archive[257..<265]) == [UInt8]("ustar\u{0}00".utf8))
        let sum = archive[0..<148].reduce(0) { $0 + Int($1) } + 8 * 32 + archive[156..<512].reduce(0) { $0 + Int($1) }
        let stored = try #require(Int(String(decoding: archive[148..<154], as: UTF8.self), radix: 8))
        #expect(stored == sum)
        #expect(Data(archive[512..<1212]) == content)
        #expect(archive[1212...].allSatisfy { $0 == 0 })
    }

    /// A 64-bit little-endian ELF header with program headers of the given types.
    private func elf(headers types: [UInt8]) -> [UInt8] {
        var file = [UInt8](repeating: 0, count: 64 + types.count * 56)
        file.replaceSubrange(0..<6, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1])
        file[32] = 64
        file[54] = 56
        file[56] = UInt8(types.count)
        for (index, type) in types.enumerated() { file[64 + index * 56] = type }
        return file
    }
}
