import Posix

/// What runs a guest's instructions.
package enum GuestAccelerator: String, Codable, Sendable {
    case kvm
    /// Software emulation, ten and more times slower. No time taken under it is compared with one taken outside it.
    case tcg

    /// KVM when the very kernel of the guests starts under it within 10 s: the device file alone proves nothing, as on
    /// a host that is a virtual machine itself.
    package static func ofHost(for image: GuestImage) -> GuestAccelerator {
        guard Files.exists("/dev/kvm") else { return .tcg }
        let probe = Command(
            [
                "qemu-system-x86_64", "-machine", "q35", "-m", "512", "-display", "none", "-serial", "stdio",
                "-no-reboot", "-kernel", image.kernel, "-append", "console=ttyS0 panic=-1",
            ] + GuestAccelerator.kvm.arguments,
            timeout: 10,
            log: "/dev/null"
        )
        // Without a root file system the kernel panics, and the machine ends.
        guard let (status, output) = try? probe.capture() else { return .tcg }
        return status.isSuccess && output.contains("Linux version") ? .kvm : .tcg
    }

    var arguments: [String] {
        switch self {
        case .kvm: ["-accel", "kvm", "-cpu", "host"]
        case .tcg: ["-accel", "tcg,thread=multi,tb-size=1024", "-cpu", "max"]
        }
    }
}
