import Foundation
package import PloyzModel

/// What a new machine needs to join: whom to ask, whom to trust, and a secret that may be used once.
///
/// Its text is `ployz1.` and the base64url, without padding, of a JSON document.
package struct JoinToken: Sendable {
    /// The most bytes of a token's text that are read at all.
    package static let maximumBytes = 8 << 10
    /// The most endpoints of a token.
    package static let maximumEndpoints = 16
    private static let prefix = "ployz1."

    package let cluster: ClusterName
    package let clusterID: ClusterID
    /// The only authority that the new machine trusts.
    package let root: TrustRoot
    /// Tried in this order; 1 to ``maximumEndpoints``.
    package let endpoints: [JoinEndpoint]
    package let secret: JoinSecret

    package init(
        cluster: ClusterName,
        clusterID: ClusterID,
        root: TrustRoot,
        endpoints: [JoinEndpoint],
        secret: JoinSecret
    ) {
        self.cluster = cluster
        self.clusterID = clusterID
        self.root = root
        self.endpoints = Array(endpoints.prefix(Self.maximumEndpoints))
        self.secret = secret
    }

    /// Reads a token's text; white space around it, as a terminal adds, is ignored.
    ///
    /// - Throws: ``PloyzError`` `token-malformed`. The text itself, being secret, is never repeated in the error.
    package init(_ text: String) throws(PloyzError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw Self.malformed("it is longer than \(Self.maximumBytes) bytes")
        }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.hasPrefix(Self.prefix) else {
            throw Self.malformed("it does not start with '\(Self.prefix)'")
        }
        guard let bytes = Base64URL.decode(trimmed.dropFirst(Self.prefix.count)),
            let document = try? JSON.decode(Document.self, from: bytes)
        else { throw Self.malformed("it is cut off or altered") }
        guard (1...Self.maximumEndpoints).contains(document.endpoints.count) else {
            throw Self.malformed("it has \(document.endpoints.count) endpoints")
        }
        guard let secret = JoinSecret(bytes: Array(document.secret)) else {
            throw Self.malformed("its secret does not have \(JoinSecret.size) bytes")
        }
        guard let root = try? TrustRoot(der: document.authority) else {
            throw Self.malformed("its certificate cannot be read")
        }
        self.init(
            cluster: document.cluster,
            clusterID: document.id,
            root: root,
            endpoints: document.endpoints,
            secret: secret
        )
    }

    /// The token as the operator carries it to the new machine. It is a secret.
    package func text() throws(PloyzError) -> String {
        let document = Document(
            authority: Data(try root.der),
            cluster: cluster,
            endpoints: endpoints,
            id: clusterID,
            secret: Data(secret.bytes)
        )
        do {
            return Self.prefix + Base64URL.encode(try JSON.encode(document))
        } catch {
            throw PloyzError(.failed, "the join token could not be made: \(error)")
        }
    }

    private struct Document: Codable {
        let authority: Data
        let cluster: ClusterName
        let endpoints: [JoinEndpoint]
        let id: ClusterID
        let secret: Data
    }

    private static func malformed(_ reason: String) -> PloyzError {
        PloyzError(
            .tokenMalformed,
            "this is not a join token: \(reason)",
            next: "copy the whole token that 'ployzctl machine invite create' printed"
        )
    }
}
