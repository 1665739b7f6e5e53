import Foundation
import Hummingbird
import NIOCore

/// The context of a request to join: who asks, as far as the network tells.
struct JoinContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// An IPv4 address, or the /64 of an IPv6 address, which is what one customer of a provider has at least.
    let address: String

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        address = Self.address(of: source.channel.remoteAddress?.ipAddress ?? "")
    }

    static func address(of text: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        // A zone, as in fe80::1%eth0, is no part of the address.
        let host = String(text.prefix { $0 != "%" })
        guard inet_pton(AF_INET6, host, &bytes) == 1 else { return text }
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xff, 0xff]
        if bytes.starts(with: mapped) { return bytes.suffix(4).map(String.init).joined(separator: ".") }
        return bytes.prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined() + "/64"
    }
}
