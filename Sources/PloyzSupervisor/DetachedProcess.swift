import CPloyzSystem
import Foundation
import PloyzModel

/// Starts processes that are nobody's children.
enum DetachedProcess {
    /// Starts `helper`; its process writes `identity` itself. Returns when the program runs.
    ///
    /// - Throws: ``PloyzError`` with `helper-failed`; no process is left then.
    static func start(_ helper: Helper, identity: String) throws {
        let log = open(helper.logFile, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard log >= 0 else {
            throw failure("cannot open the log of \(helper.name), \(helper.logFile)", errno)
        }
        defer { close(log) }
        let environment = helper.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let error = withStrings([helper.program] + helper.arguments) { arguments in
            withStrings(environment) { environment in
                withStrings([helper.program, helper.directory, identity + ".new", identity]) { paths in
                    var process = ployz_detached_process(
                        program: paths[0],
                        arguments: arguments,
                        environment: environment,
                        directory: paths[1],
                        log: log,
                        identity_draft: paths[2],
                        identity: paths[3]
                    )
                    return ployz_start_detached(&process)
                }
            }
        }
        guard error == 0 else { throw failure("cannot start \(helper.name) (\(helper.program))", error) }
    }

    private static func failure(_ what: String, _ error: Int32) -> PloyzError {
        PloyzError(.helperFailed, "\(what): \(String(cString: strerror(error)))", state: "the helper does not run")
    }

    /// A NULL-terminated array of C strings that lives as long as `body` runs.
    private static func withStrings<Result>(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
        pointers[strings.count] = nil
        defer {
            for index in strings.indices { free(pointers[index]) }
            pointers.deallocate()
        }
        return body(pointers)
    }
}
