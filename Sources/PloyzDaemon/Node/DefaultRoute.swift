import Foundation

/// The interface that packets to the rest of the world take: where other machines most likely reach this one.
enum DefaultRoute {
    /// Its IPv4 addresses, in the order of getifaddrs(3); empty when there is no default route.
    static func addresses() throws -> [String] {
        let table = try String(contentsOfFile: "/proc/net/route", encoding: .utf8)
        guard let name = interface(in: table) else { return [] }
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        return sequence(first: first) { $0?.pointee.ifa_next }.compactMap { entry in
            guard let entry = entry?.pointee, String(cString: entry.ifa_name) == name,
                let address = entry.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET)
            else { return nil }
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            guard getnameinfo(address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
                return nil
            }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// The interface of the row whose destination and mask are zero (proc(5), `/proc/net/route`).
    static func interface(in table: String) -> String? {
        for line in table.split(separator: "\n").dropFirst() {
            let columns = line.split(whereSeparator: \.isWhitespace)
            if columns.count > 7, columns[1] == "00000000", columns[7] == "00000000" { return String(columns[0]) }
        }
        return nil
    }
}
