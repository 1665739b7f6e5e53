import PloyzModel

/// The forms that texts of a manifest have.
extension TextFormat {
    static let label = name(
        "a name of 1 to 63 characters a-z, 0-9 and '-', starting with a letter, not ending with '-'"
    ) {
        text throws(InvalidName) in _ = try ServiceName(text)
    }
    static let machine = name("a machine's ID, m- and 16 hexadecimal digits") {
        text throws(InvalidName) in _ = try MachineID(text)
    }
    static let secretTag = name("a secret's tag, s- and 16 hexadecimal digits, as a rendered manifest has it") {
        text throws(InvalidName) in _ = try SecretTag(text)
    }
    static let mode = name("three or four octal digits in quotes, such as \"0750\"") {
        text throws(InvalidName) in _ = try FileMode(text)
    }
    static let ownership = name("uid:gid in numbers, such as \"999:999\"") {
        text throws(InvalidName) in _ = try Ownership(text)
    }
    /// ZFS refuses a quota below what an empty dataset needs, and Docker a container with less than 6 MiB.
    static let quota = capacity("a size of at least 1MiB, such as \"10GiB\"", least: 1 << 20)
    static let memory = capacity("a size of at least 6MiB, such as \"512MiB\"", least: 6 << 20)
    static let grace = span("a time of 0s to 1h, such as \"10s\"", 0...3_600_000)
    static let timeout = span("a time of 100ms to 1h, such as \"30s\"", 100...3_600_000)

    static let absolutePath = TextFormat("an absolute path without '..', of at most 1024 bytes") { text in
        let parts = text.split(separator: "/")
        return text.hasPrefix("/") && (1...1024).contains(text.utf8.count) && !parts.isEmpty
            && !parts.contains { $0 == ".." || $0 == "." } && isPrintable(text)
    }
    static let urlPath = characters("a path that starts with '/', without spaces", most: 1024, isAllowed: isGraphic)
        .starting(with: "/")
    static let image = characters("an image reference or ID, without spaces", most: 512, isAllowed: isGraphic)
        .notStarting(with: "-")
    static let user = TextFormat("a user, or user:group, by name or number") { text in
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                (1...32).contains(part.utf8.count) && !part.hasPrefix("-") && part.utf8.allSatisfy(isWord)
            }
    }
    static let capability = TextFormat("a capability such as NET_ADMIN, or ALL") { text in
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "_") }
    }
    static let argument = TextFormat("a text of at most 32768 bytes, without NUL") { text in
        text.utf8.count <= 32768 && !text.utf8.contains(0)
    }
    static let environmentName = TextFormat(
        "a name of at most 256 characters A-Z, a-z, 0-9, '_', '.' and '-', not starting with a digit"
    ) { text in
        (1...256).contains(text.utf8.count) && text.utf8.allSatisfy(isWord)
            && !(text.utf8.first.map(isDigit) ?? true) && !text.hasPrefix("-") && !text.hasPrefix(".")
    }
    /// What the kernel keeps for each network or IPC namespace; Docker refuses others.
    static let sysctl = TextFormat("a sysctl of a container, such as net.core.somaxconn") { text in
        let own = ["net.", "kernel.msg", "kernel.shm", "fs.mqueue."]
        return (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(isWord) && !text.contains("..")
            && !text.hasSuffix(".") && (text == "kernel.sem" || own.contains { text.hasPrefix($0) })
    }
    static let labelName = TextFormat(
        "1 to 128 characters A-Z, a-z, 0-9, '_', '.', '/' and '-', not starting with 'ployz.'"
    ) {
        text in
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "/") }
            && !text.hasPrefix("ployz.")
    }
    static let host = TextFormat("a host name such as shop.example.com") { text in
        (1...253).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
                (1...63).contains(part.utf8.count) && !part.hasPrefix("-") && !part.hasSuffix("-")
                    && part.utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    // MARK: Ways to make one

    private static func name(
        _ rule: String,
        _ parse: @escaping @Sendable (String) throws(InvalidName) -> Void
    ) -> TextFormat {
        TextFormat(rule) { text in (try? parse(text)) != nil }
    }

    private static func capacity(_ rule: String, least: UInt64) -> TextFormat {
        TextFormat(rule, takesIntegers: true) { text in
            guard let capacity = try? Capacity(text) else { return false }
            return capacity.bytes >= least
        }
    }

    private static func span(_ rule: String, _ range: ClosedRange<Int64>) -> TextFormat {
        TextFormat(rule) { text in
            guard let span = try? Span(text) else { return false }
            return range.contains(span.milliseconds)
        }
    }

    private func starting(with prefix: String) -> TextFormat {
        TextFormat(rule) { $0.hasPrefix(prefix) && isValid($0) }
    }

    private func notStarting(with prefix: String) -> TextFormat {
        TextFormat(rule) { !$0.hasPrefix(prefix) && isValid($0) }
    }
}

@Sendable private func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

@Sendable private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// Letters, digits, `_`, `.` and `-`.
@Sendable private func isWord(_ byte: UInt8) -> Bool {
    isLower(byte) || isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
}

/// ASCII without space and control characters.
@Sendable private func isGraphic(_ byte: UInt8) -> Bool { (0x21...0x7e).contains(byte) }

private func isPrintable(_ text: String) -> Bool {
    !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
}
