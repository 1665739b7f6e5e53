import Foundation

/// Ledgers lie on the host, where no machine's loss of power reaches them.
extension Lab {
    /// Starts a client whose option `--ledger` names a file for what was acknowledged.
    func startWithLedger(
        _ machine: String,
        _ client: [String],
        ledger: URL,
        output: URL
    ) throws -> BackgroundProgram {
        switch kind {
        case .netns:
            return try start(machine, client + ["--ledger", ledger.path], output: output)
        case .vm:
            // A guest has no file of the host's: each line comes over the connection as soon as it is written.
            let script = #"exec "$@" --ledger /dev/fd/3 3> >(exec cat >&2)"#
            return try start(machine, ["bash", "-c", script, "bash"] + client, output: output, errors: ledger)
        }
    }

    /// Paths of the ledgers in a machine.
    func handOver(_ ledgers: [URL], to machine: String) async throws -> [String] {
        guard kind == .vm else { return ledgers.map(\.path) }
        var paths: [String] = []
        for ledger in ledgers {
            let path = "/run/\(ledger.lastPathComponent)"
            try await run(machine, ["tee", path], input: Data(contentsOf: ledger)).succeeded()
            paths.append(path)
        }
        return paths
    }
}
