import Foundation
import PloyzAPI
import PloyzModel
import Subprocess
import SystemPackage

/// The daemon's program, which is installed beside this one.
enum DaemonProgram {
    /// The most bytes that its answer may have.
    private static let maximumAnswer = 256 << 10

    /// What `ployzd examine` says.
    ///
    /// - Throws: ``PloyzError`` `failed` when it is not there or says nothing that can be read.
    static func examine(configurationPath: String?) async throws -> DoctorReport {
        let program = try path()
        let output: String
        do {
            let result = try await Subprocess.run(
                .path(FilePath(program)),
                arguments: Arguments(["examine"] + (configurationPath.map { ["--config", $0] } ?? [])),
                output: .string(limit: maximumAnswer),
                error: .discarded
            )
            output = result.standardOutput
        } catch {
            throw PloyzError(.failed, "cannot run \(program): \(error)", next: "install the package 'ployz' again")
        }
        do {
            return try DocumentForm.decode(DoctorReport.self, from: Data(output.utf8))
        } catch {
            throw PloyzError(
                .failed,
                "\(program) is of another version, its answer cannot be read",
                next: "install the package 'ployz' again"
            )
        }
    }

    private static func path() throws -> String {
        var directories = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"]
        if let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            // Beside it as built, and as installed, below whatever root.
            let bin = (own as NSString).deletingLastPathComponent
            directories = [bin, (bin as NSString).deletingLastPathComponent + "/sbin"] + directories
        }
        let candidates = directories.map { "\($0)/ployzd" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw PloyzError(
                .failed,
                "ployzd is not installed",
                state: "nothing was looked at",
                next: "install the package 'ployz'"
            )
        }
        return found
    }
}
