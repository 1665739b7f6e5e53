package import Hummingbird
import NIOCore
import PloyzModel

extension Response {
    /// Documents, one line each, made no faster than they are sent; a failure is the last line.
    package static func pieces<Piece: Document>(
        _ make: @escaping @Sendable ((Piece) async throws -> Void) async throws -> Void
    ) -> Response {
        let body = ResponseBody { writer in
            do {
                try await make { piece in try await writer.write(line(StreamLine(event: piece))) }
            } catch {
                let failure = StreamLine<Piece>(error: ErrorDocument(PloyzError(describing: error)))
                try await writer.write(line(failure))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }
}
