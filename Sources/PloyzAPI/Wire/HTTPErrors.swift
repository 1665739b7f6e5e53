package import Hummingbird
package import PloyzModel
import PloyzTrust

extension PloyzError {
    /// The HTTP status that goes with the exit status: programs read the code in the body, people who look at a trace
    /// see the kind.
    package var httpStatus: HTTPResponse.Status {
        switch code.exitStatus {
        case 2: .badRequest
        case 3: .conflict
        case 5: .serviceUnavailable
        default: .internalServerError
        }
    }
}

extension PloyzError {
    /// Whether it says that the caller may not, or makes no sense.
    fileprivate var isRefusal: Bool {
        code.exitStatus == 2 || [.peerRefused, .joinLimited, .tokenRefused].contains(code)
    }
}

/// Turns every error that leaves a handler into a status and an ``ErrorDocument``; the one place where that is done.
package struct ErrorTranslation<Context: RequestContext>: RouterMiddleware {
    private let refusals: Refusals

    /// - Parameter refusals: counts what was the caller's fault.
    package init(counting refusals: Refusals) { self.refusals = refusals }

    package func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            let isRequestsFault = (400..<500).contains(error.status.code)
            // A body that is too large has been counted where its bytes came in.
            if isRequestsFault, error.status != .contentTooLarge { refusals.count("malformed-request") }
            let message = "\(request.method) \(request.uri.path): \(error.status)"
            return try Self.response(
                PloyzError(isRequestsFault ? .usage : .failed, message),
                status: error.status
            )
        } catch let error as DecodingError {
            refusals.count("malformed-request")
            return try Self.response(PloyzError(.usage, Self.explain(error)), status: .badRequest)
        } catch {
            let error = PloyzError(describing: error)
            if error.isRefusal { refusals.count(error.code.text) }
            return try Self.response(error, status: error.httpStatus)
        }
    }

    private static func response(_ error: PloyzError, status: HTTPResponse.Status) throws -> Response {
        try .document(ErrorDocument(error), status: status)
    }

    private static func explain(_ error: DecodingError) -> String {
        let (context, key): (DecodingError.Context, String?) =
            switch error {
            case .keyNotFound(let key, let context): (context, key.stringValue)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, nil)
            @unknown default: (.init(codingPath: [], debugDescription: "\(error)"), nil)
            }
        let path = (context.codingPath.map(\.stringValue) + [key].compactMap { $0 }).joined(separator: ".")
        return "the request's body is malformed at '\(path)': \(context.debugDescription)"
    }
}
