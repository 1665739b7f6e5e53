package import Foundation

extension Lab {
    /// Runs `body` in a lab that is made for it and taken down afterwards, however it ends.
    ///
    /// - Parameters:
    ///   - keeps: whether the lab stays up.
    ///   - body: whether everything was as it must be; otherwise the machines' logs are kept in `.build/lab-logs`.
    package static func run(
        named name: String,
        kind: LabKind = .netns,
        machines: Int = 3,
        keeps: Bool,
        _ body: @Sendable (Lab) async throws -> Bool
    ) async throws -> Bool {
        let lab = try await up(name: name, kind: kind, machines: machines, checkout: checkout)
        let outcome: Result<Bool, any Error>
        do { outcome = .success(try await body(lab)) } catch { outcome = .failure(error) }
        if (try? outcome.get()) != true { try? await lab.saveLogs(of: (1...machines).map { "m\($0)" }) }
        if !keeps { try await lab.down() }
        return try outcome.get()
    }

    /// The lab's name that a script, which takes it down when it is interrupted, has set.
    package static func name(in variable: String, otherwise name: String) -> String {
        ProcessInfo.processInfo.environment[variable] ?? name
    }

    /// Where scripts run: the top of the checkout.
    package static var checkout: URL { URL(filePath: FileManager.default.currentDirectoryPath) }
}
