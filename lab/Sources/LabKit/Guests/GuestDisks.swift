import Posix

/// The disks of one guest, files on the host: they outlive its power loss.
struct GuestDisks {
    let paths: LabPaths
    let machine: MachineName

    /// A copy-on-write overlay of the image.
    var root: String { "\(paths.state(of: "\(machine)"))/root.qcow2" }
    /// Sparse; the pool takes all of it.
    var pool: String { "\(paths.state(of: "\(machine)"))/pool.img" }

    /// The device of the pool in the guest.
    static let poolDevice = "/dev/disk/by-id/virtio-pool"

    func make(image: GuestImage, poolSize: String) throws {
        try Files.makeDirectory(paths.logs(of: "\(machine)"))
        try Command([
            "qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.root, root,
        ]).run()
        try Command(["truncate", "--size", poolSize, pool]).run()
    }
}

/// A disk that every guest of a lab reads: the package, and the lab's own programs with the libraries that they need.
struct ToolsDisk {
    let paths: LabPaths

    var file: String { "\(paths.state)/tools.img" }

    static let label = "lab-tools"
    /// Where guests mount it.
    static let directory = "/run/lab-tools"
    static let programs = "\(directory)/bin"
    static let package = "\(directory)/ployz.deb"
    static let lab = "\(programs)/ployz-lab"

    /// - Parameters:
    ///   - programs: the directory of the lab's programs.
    ///   - others: further programs, by their paths.
    ///   - package: the Debian package of Ployz; nil for guests without it.
    func make(programs: String, others: [String], package: String?) throws {
        let root = "\(paths.state)/tools"
        let tools = "\(root)/bin"
        try Files.makeDirectory(tools)
        let paths = ["lab-probe", "ployz-lab"].map { "\(programs)/\($0)" } + others
        // The libraries beside the programs, where their $ORIGIN finds them.
        for path in Set(try paths + paths.flatMap(Self.swiftLibraries)) {
            try copy(path, to: "\(tools)/\(path.split(separator: "/").last ?? "")")
        }
        if let package { try copy(package, to: "\(root)/ployz.deb") }
        let size = try Command(["du", "-sm", root]).output().prefix { $0.isNumber }
        try Command(["truncate", "--size", "\((Int(size) ?? 0) * 5 / 4 + 32)M", file]).run()
        try Command(["mke2fs", "-q", "-t", "ext4", "-L", Self.label, "-d", root, file], timeout: 120).run()
        try Command(["rm", "-rf", "--one-file-system", root]).run()
    }

    /// Those that only this host has: a guest has Debian's own.
    private static func swiftLibraries(of program: String) throws -> [String] {
        WorkloadImage.libraries(inLdd: try Command(["ldd", program]).output()).filter { $0.contains("/swift/") }
    }

    private func copy(_ source: String, to target: String) throws {
        guard Files.exists(source) else { throw LabError("there is no \(source)") }
        try Command(["cp", "--dereference", source, target]).run()
    }
}
