import AsyncHTTPClient
import Foundation
import PloyzModel

/// The image of the sandboxes: one static program in an empty file system, made on this machine without a registry.
///
/// The tag names the program's content, so a new program makes a new image and an old one is never changed. An actor,
/// because two sandboxes that start side by side must not make the image twice: the first one would lose its tag.
actor SandboxImage {
    static let repository = "ployz/sandbox"

    private let program: String
    private let docker: DockerSocket
    private var making: Task<String, any Error>?

    init(program: String, docker: DockerSocket) {
        self.program = program
        self.docker = docker
    }

    /// The image's tag, once the image is there.
    func ensure() async throws -> String {
        if let making { return try await making.value }
        let task = Task { [program, docker] in try await Self.make(from: program, docker: docker) }
        making = task
        // Not kept: somebody may remove the image.
        defer { making = nil }
        return try await task.value
    }

    private static func make(from path: String, docker: DockerSocket) async throws -> String {
        let program = try StaticProgram(path: path)
        let tag = "\(repository):\(program.fingerprint)"
        let found = try await docker.send(DockerCall(.get, "images", tag, "json"), within: DockerEngine.Limit.look)
        if found.status == 200 { return tag }
        var call = DockerCall(
            .post,
            "images",
            "create",
            query: [
                ("fromSrc", "-"), ("repo", repository), ("tag", program.fingerprint),
                ("changes", #"CMD ["/bin/busybox","sleep","2147483647"]"#),
            ]
        )
        call.contentType = "application/x-tar"
        let action = "import the image \(tag)"
        let archive = HTTPClientRequest.Body.bytes(TarArchive.containing(program.bytes, at: "bin/busybox"))
        let limit = DockerEngine.Limit.change
        try await docker.deadline(limit, action) { [call] in
            try await docker.lines(call, upload: archive, within: limit, doing: action) { line in
                try ImageProgress.check(line, failure: .dockerRefused, doing: action)
            }
        }
        return tag
    }
}
