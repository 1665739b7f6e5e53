import Foundation
import LabScenarios

/// Plays faults in a lab under writing clients and prints a line for each.
@main
struct PloyzFaults {
    static func main() async {
        do {
            let options = try FaultOptions(Array(CommandLine.arguments.dropFirst()))
            guard !options.lists else { return list(options.cases) }
            exit(try await FaultRun(options: options).run() ? 0 : 1)
        } catch let error as FaultOptions.Misuse {
            FileHandle.standardError.write(Data("faults: \(error)\n".utf8))
            exit(2)
        } catch {
            FileHandle.standardError.write(Data("faults: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func list(_ cases: [FaultCase]) {
        for fault in cases {
            let mark = fault.isRepresentative ? "*" : " "
            print("\(mark) \(fault.name.padded(to: 26)) \(fault.ending.rawValue.padded(to: 9)) \(fault.claim)")
        }
        print("\(cases.count) cases; * is part of scripts/test")
    }
}
