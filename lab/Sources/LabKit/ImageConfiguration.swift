import Glibc

/// The configuration document of an image, as `docker load` takes it; its SHA-256 is the image ID.
package struct ImageConfiguration: Encodable {
    private var architecture = Self.hostArchitecture()
    private var config: Process
    private var created = "1970-01-01T00:00:00Z"
    private var history = [Step()]
    private var os = "linux"
    private var rootfs: RootFileSystem

    private struct Process: Encodable {
        var cmd: [String]
        var env: [String]
        var stopSignal: String?

        enum CodingKeys: String, CodingKey {
            case cmd = "Cmd"
            case env = "Env"
            case stopSignal = "StopSignal"
        }
    }

    private struct Step: Encodable {
        var created = "1970-01-01T00:00:00Z"
        var createdBy = "lab image build"

        enum CodingKeys: String, CodingKey {
            case created
            case createdBy = "created_by"
        }
    }

    private struct RootFileSystem: Encodable {
        var type = "layers"
        var layers: [String]

        enum CodingKeys: String, CodingKey {
            case type
            case layers = "diff_ids"
        }
    }

    /// - Parameters:
    ///   - path: where the workload's programs are, as in `PATH`.
    ///   - stopSignal: such as `SIGINT`; nil is Docker's own, SIGTERM.
    ///   - layer: SHA-256 of the layer's tar, 64 hex digits.
    package init(command: [String], path: String = "/usr/bin:/bin", stopSignal: String? = nil, layer: String) {
        config = Process(cmd: command, env: ["PATH=\(path)"], stopSignal: stopSignal)
        rootfs = RootFileSystem(layers: ["sha256:\(layer)"])
    }

    /// The machine type in the words of Go, which Docker compares.
    private static func hostArchitecture() -> String {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }
}

/// One entry of `manifest.json` in an image archive.
struct ImageManifest: Encodable {
    var config: String
    var tags: [String]
    var layers: [String]

    enum CodingKeys: String, CodingKey {
        case config = "Config"
        case tags = "RepoTags"
        case layers = "Layers"
    }
}
