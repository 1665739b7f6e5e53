import Foundation

// What libFuzzer's `main` calls ("Fuzz target", "Startup initialization", llvm.org/docs/LibFuzzer.html).

/// Says which targets there are, or that there is none of this name, and ends; returns when one was chosen.
///
/// It is chosen by the environment: the arguments are libFuzzer's, which starts this program again with them.
@c(LLVMFuzzerInitialize)
public func choose(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
    guard let name = ProcessInfo.processInfo.environment["PLOYZ_FUZZ_TARGET"] else {
        for target in FuzzTarget.all { print("\(target.name)\t\(target.longest)") }
        exit(0)
    }
    guard FuzzTarget.chosen.name == name else {
        FileHandle.standardError.write(Data("ployz-fuzz: no target '\(name)'\n".utf8))
        exit(2)
    }
    return 0
}

@c(LLVMFuzzerTestOneInput)
public func one(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
