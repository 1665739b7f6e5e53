import Foundation
import Testing

/// Every case that needs real machines. One lab is up at a time: the suites within run one after another.
@Suite(
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["PLOYZ_LAB"] == "1", "PLOYZ_LAB=1 runs the lab's cases"),
    .timeLimit(.minutes(15))
)
enum LabTests {}
