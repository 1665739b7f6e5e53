/// What the machines of a lab are.
package enum LabKind: String, Sendable, CaseIterable {
    /// Namespaces of this host.
    case netns
    /// QEMU guests with a Debian kernel.
    case vm

    /// By how much longer than on bare metal everything may take: guests may be emulated in software.
    package var patience: Int {
        switch self {
        case .netns: 1
        case .vm: 5
        }
    }

    /// How long to wait between two looks at whether something has come about: a command in an emulated guest costs it as
    /// much as what it looks at.
    var pause: Duration {
        switch self {
        case .netns: .milliseconds(100)
        case .vm: .seconds(1)
        }
    }

    /// Milliseconds between the starts of a client's attempts.
    package var clientInterval: Int {
        switch self {
        case .netns: 10
        case .vm: 200
        }
    }
}
