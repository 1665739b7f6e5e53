import Glibc
import Posix

/// An image of a workload, made of programs that Debian installed on this host. No network is needed.
package enum WorkloadImage: String, CaseIterable, Sendable {
    case postgres
    case redis
    case web

    /// The name that Docker knows it by, beside its ID.
    package var tag: String { "ployz-lab/\(rawValue):latest" }

    /// Builds it and loads it into the Docker of each machine.
    ///
    /// - Parameter directory: where it is built; it need not exist, and is left for the lab's end.
    /// - Returns: the image ID, `sha256:` and 64 hex digits: the same everywhere for the same Debian packages.
    package func build(in directory: String, for machines: [any MachineShell]) throws -> String {
        try Command(["rm", "-rf", directory]).run()
        let root = "\(directory)/root"
        try lay(root: root)
        let archive = "\(directory)/archive"
        try Files.makeDirectory(archive)
        try Command(Self.tar(from: root, to: "\(archive)/layer.tar"), timeout: 60).run()
        let layer = try Self.digest(of: "\(archive)/layer.tar")
        let configuration = ImageConfiguration(
            command: contents.command,
            path: contents.path,
            stopSignal: contents.stopSignal,
            layer: layer
        )
        try Files.replace("\(archive)/config.json", with: JSONFile.text(configuration))
        let manifest = [ImageManifest(config: "config.json", tags: [tag], layers: ["layer.tar"])]
        try Files.replace("\(archive)/manifest.json", with: JSONFile.text(manifest))
        try Command(Self.tar(from: archive, to: "\(directory)/image.tar"), timeout: 60).run()
        let identifier = "sha256:\(try Self.digest(of: "\(archive)/config.json"))"
        for machine in machines {
            try load("\(directory)/image.tar", on: machine, expecting: identifier)
        }
        try Command(["rm", "-rf", directory]).run()
        return identifier
    }

    private func load(_ archive: String, on machine: any MachineShell, expecting identifier: String) throws {
        let input = try PosixError.check(open(archive, O_RDONLY | O_CLOEXEC), "open", on: archive)
        defer { close(input) }
        let (status, _) = try machine.command(["docker", "load", "--quiet"], timeout: 1200).capture(input: input)
        let inspect = ["docker", "image", "inspect", "--format", "{{.Id}}", identifier]
        guard status.isSuccess,
            try machine.command(inspect, log: "image").output().hasPrefix(identifier)
        else {
            throw LabError("\(machine.machine) did not take the image \(tag)", next: "lab logs \(machine.machine)")
        }
    }

    private func lay(root: String) throws {
        for directory in ["bin", "data", "dev", "etc", "proc", "sys", "tmp", "usr/bin", "var", "www"] {
            try Files.makeDirectory("\(root)/\(directory)")
        }
        for directory in ["data", "tmp"] {
            try PosixError.check(chmod("\(root)/\(directory)", 0o1777), "chmod", on: directory)
        }
        let contents = contents
        let user = contents.user
        let passwd = "root:x:0:0:root:/:/bin/sh\n\(user):x:999:999:\(user):/data:/bin/sh\n"
        try Files.replace("\(root)/etc/passwd", with: passwd)
        try Files.replace("\(root)/etc/group", with: "root:x:0:\n\(user):x:999:\n")
        try Files.replace("\(root)/www/index.html", with: "hello\n")
        try copy(Self.find("busybox"), to: "\(root)/bin/busybox")
        for applet in try Command(["busybox", "--list"]).output().split(separator: "\n") where applet != "busybox" {
            try PosixError.check(symlink("busybox", "\(root)/bin/\(applet)"), "symlink", on: String(applet))
        }
        for program in contents.programs {
            let path = try Self.find(program)
            try copy(path, to: "\(root)/usr/bin/\(program)")
            try copyLibraries(of: path, into: root)
        }
        for file in contents.files { try copyTree(file, contents, into: root) }
    }

    /// Copies a file or directory, what is below it included, to the same place in the image.
    private func copyTree(_ path: String, _ contents: ImageContents, into root: String) throws {
        if contents.omitted.contains(path) { return }
        if Files.isDirectory(path) {
            try Files.makeDirectory(root + path)
            for name in Files.names(in: path) { try copyTree("\(path)/\(name)", contents, into: root) }
            return
        }
        guard let file = Files.resolve(path) else {
            let packages = contents.package.map { " \($0)" } ?? ""
            throw LabError("\(path) is not installed", next: "scripts/install-prerequisites\(packages)")
        }
        try copy(file, to: root + path)
        if path.hasSuffix(".so") || path.contains("/bin/") { try copyLibraries(of: file, into: root) }
    }

    private func copyLibraries(of path: String, into root: String) throws {
        for library in Self.libraries(inLdd: try Command(["ldd", path]).output()) {
            try copy(library, to: root + library)
        }
    }

    private func copy(_ source: String, to target: String) throws {
        if Files.exists(target) { return }
        if let slash = target.lastIndex(of: "/") { try Files.makeDirectory(String(target[..<slash])) }
        try Command(["cp", "--dereference", source, target]).run()
        try PosixError.check(chmod(target, 0o755), "chmod", on: target)
    }

    private static func find(_ program: String) throws -> String {
        for directory in NamespaceShell.systemPath.split(separator: ":") {
            if let path = Files.resolve("\(directory)/\(program)") { return path }
        }
        throw LabError("\(program) is not installed", next: "scripts/install-prerequisites")
    }

    private static func digest(of path: String) throws -> String {
        String(try Command(["sha256sum", path]).output().prefix(64))
    }

    /// argv of a tar whose bytes depend on names, modes and contents only.
    package static func tar(from directory: String, to archive: String) -> [String] {
        [
            "tar", "--create", "--file", archive, "--format", "gnu", "--sort", "name", "--mtime", "@0",
            "--owner", "0", "--group", "0", "--numeric-owner", "--directory", directory, ".",
        ]
    }

    /// Paths of shared libraries, and of the loader, in what `ldd` prints.
    package static func libraries(inLdd text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            line.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("/") }.map(String.init)
        }
    }
}
