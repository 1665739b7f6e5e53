import Foundation
package import Hummingbird
import NIOCore
import PloyzModel

extension Response {
    /// A document as one line of JSON.
    package static func document(_ document: some Document, status: HTTPResponse.Status = .ok) throws -> Response {
        let body = ByteBuffer(bytes: try DocumentForm.encode(document))
        return Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: body)
        )
    }
}

extension Request {
    /// The largest body that is read, in bytes: a manifest of 1 MiB with room for what JSON adds to its text.
    package static let maximumBody = 4 << 20

    /// The body's bytes.
    ///
    /// - Throws: 413 when there are more than `limit`.
    func bytes(upTo limit: Int) async throws -> Data {
        Data(try await body.collect(upTo: Guard.bodySize.isOn ? limit : .max).readableBytesView)
    }

    /// The body as a document.
    ///
    /// - Throws: `DecodingError`, or 413 when the body is larger than ``maximumBody``.
    package func document<Value: Document>(_ type: Value.Type) async throws -> Value {
        try DocumentForm.decode(type, from: await bytes(upTo: Self.maximumBody))
    }
}
