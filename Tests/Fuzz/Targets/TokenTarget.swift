import Foundation

@testable import PloyzTrust

extension FuzzTarget {
    /// A join token; the document inside of one where the input begins with `{`. A token that is read gives a text that
    /// reads to the same token.
    static let token = FuzzTarget(name: "token", longest: 4096) { bytes in
        let isDocument = bytes.first == UInt8(ascii: "{")
        let input =
            isDocument ? "ployz1." + Base64URL.encode(Data(bytes)) : String(decoding: bytes, as: UTF8.self)
        do {
            let token = try JoinToken(input)
            let text = claim("a token that was read can be written") { try token.text() }
            let again = claim("a written token can be read") { try JoinToken(text) }
            claim(again.cluster == token.cluster && again.clusterID == token.clusterID, "a token's cluster stays")
            claim(again.root == token.root && again.endpoints == token.endpoints, "a token's authority stays")
            claim(again.secret.bytes == token.secret.bytes, "a token's secret stays")
            claim(claim("again", again.text) == text, "a token has one text")
            claim(token.endpoints.allSatisfy { isOneLine($0.description) }, "an endpoint is one line")
        } catch {
            let text = "\(error)"
            claim(input.utf8.count < 24 || !text.contains(input), "a refusal does not repeat the token")
        }
    }
}
