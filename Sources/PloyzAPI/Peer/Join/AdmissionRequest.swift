import Foundation
package import PloyzModel
package import PloyzTrust

/// What a machine that has a join token, and nothing else of the cluster, says of itself.
package struct AdmissionRequest: Codable, Hashable, Sendable {
    /// The most endpoints of a machine.
    package static let maximumEndpoints = 16

    /// The token's secret: 64 hexadecimal digits.
    package let secret: String
    /// The name that the machine wants; it must be free.
    package let name: MachineName
    /// The WireGuard public key: 32 bytes in base64.
    package let wireguardKey: String
    /// Where WireGuard is reached from outside the overlay, `address:port`.
    package let endpoints: [String]
    /// A request for a certificate, in PEM.
    package let signingRequest: String
    /// nil when the machine has no ZFS.
    package let storage: StorageCapability?

    package init(
        secret: String,
        name: MachineName,
        wireguardKey: String,
        endpoints: [String],
        signingRequest: String,
        storage: StorageCapability?
    ) {
        self.secret = secret
        self.name = name
        self.wireguardKey = wireguardKey
        self.endpoints = endpoints
        self.signingRequest = signingRequest
        self.storage = storage
    }

    /// The secret, once everything else has been found to be of the right form.
    ///
    /// - Throws: ``PloyzError`` `usage` that names the field.
    package func checkedSecret() throws(PloyzError) -> JoinSecret {
        guard let key = Data(base64Encoded: wireguardKey), key.count == 32, key.base64EncodedString() == wireguardKey
        else { throw Self.malformed("the WireGuard key is not 32 bytes in base64") }
        guard endpoints.count <= Self.maximumEndpoints else {
            throw Self.malformed("it has more than \(Self.maximumEndpoints) endpoints")
        }
        for endpoint in endpoints where (try? JoinEndpoint(endpoint)) == nil {
            throw Self.malformed("an endpoint is not host:port")
        }
        guard let secret = JoinSecret(hexadecimal: secret) else {
            throw Self.malformed("the secret is not 64 hexadecimal digits")
        }
        return secret
    }

    private static func malformed(_ reason: String) -> PloyzError {
        PloyzError(.usage, "the request to join is malformed: \(reason)", state: "nothing was changed")
    }
}
