import AsyncHTTPClient
import PloyzMigration
package import PloyzModel
package import SystemPackage

extension DockerEngine {
    package func imageID(_ reference: String) async throws -> String? { try await image(reference)?.id }

    package func imageSize(_ imageID: String) async throws -> ByteCount? {
        try await image(imageID)?.size.map { ByteCount($0) }
    }

    /// What Docker says of an image; nil when the machine lacks it.
    private func image(_ reference: String) async throws -> ImageAnswer? {
        let name = try ImageReference(reference)
        let action = "inspect image '\(reference)'"
        let reply = try await docker.send(DockerCall(.get, "images", name.text, "json"), within: Limit.look)
        if reply.status == 404 { return nil }
        return try reply.expect(200, doing: action).decode(ImageAnswer.self, doing: action)
    }

    package func ensureImage(_ reference: String, policy: PullPolicy) async throws -> String {
        let name = try ImageReference(reference)
        let local = try await imageID(reference)
        if let local, policy != .always || name.isID { return local }
        guard policy != .never, !name.isID else {
            throw PloyzError(
                .imageMissing,
                "this machine has no image '\(reference)'"
                    + (name.isID ? ", and an image ID cannot be pulled" : " and its pull policy is 'never'"),
                next: "load the image (docker load), or name one that a registry has"
            )
        }
        try await pull(name)
        guard let pulled = try await imageID(reference) else {
            throw PloyzError(.imagePullFailed, "Docker pulled '\(reference)' but does not have it")
        }
        return pulled
    }

    private func pull(_ name: ImageReference) async throws {
        let action = "pull the image '\(name.text)'"
        let (repository, tag) = name.parts
        let call = DockerCall(.post, "images", "create", query: [("fromImage", repository), ("tag", tag)])
        try await docker.deadline(Limit.image, action) {
            do {
                try await docker.lines(call, within: Limit.image, doing: action) { line in
                    try ImageProgress.check(line, failure: .imagePullFailed, doing: action)
                }
            } catch let error as PloyzError where error.code == .dockerRefused {
                throw PloyzError(.imagePullFailed, error.message, next: "check the name and the registry")
            }
        }
    }

    /// Writes an image as a tar archive, as `docker save` does, without its tags: on the other machine a tag may
    /// already stand for something else. Memory is bounded; Docker is read only as fast as `descriptor` takes it.
    ///
    /// - Throws: `image-missing`, `image-stream` after 60 s without a byte.
    package func exportImage(_ id: String, to descriptor: SystemPackage.FileDescriptor) async throws {
        let name = try ImageReference(id)
        guard try await imageID(id) != nil else {
            throw PloyzError(.imageMissing, "this machine has no image '\(id)'")
        }
        let sink = try DescriptorStream(descriptor, stallLimit: Limit.stall)
        defer { sink.stop() }
        let action = "export the image '\(id)'"
        try await docker.deadline(Limit.image, action) {
            let call = DockerCall(.get, "images", name.text, "get")
            try await docker.stream(call, within: Limit.image, doing: action) { body in
                for try await chunk in body { try await sink.write(chunk) }
            }
        }
    }

    /// Loads an archive that ``exportImage(_:to:)`` wrote and verifies that it held the image of that ID. When nothing
    /// on this machine has the name `reference` yet, the image gets it, unless it is a digest or an ID.
    ///
    /// - Throws: `image-differs`, `image-stream` after 60 s without a byte, or 15 min without the first.
    package func importImage(
        _ id: String,
        from descriptor: SystemPackage.FileDescriptor,
        reference: String? = nil
    ) async throws {
        let source = try DescriptorStream(descriptor, startLimit: Limit.imageStart, stallLimit: Limit.stall)
        defer { source.stop() }
        let action = "load the image '\(id)'"
        try await docker.deadline(Limit.image, action) {
            var call = DockerCall(.post, "images", "load", query: [("quiet", "true")])
            call.contentType = "application/x-tar"
            let upload = HTTPClientRequest.Body.stream(source, length: .unknown)
            try await docker.lines(call, upload: upload, within: Limit.image, doing: action) { line in
                try ImageProgress.check(line, failure: .dockerRefused, doing: action)
            }
        }
        guard try await imageID(id) == id else {
            throw PloyzError(
                .imageDiffers,
                "the archive that was received does not hold the image '\(id)'",
                state: "what it held was loaded without a tag",
                next: "see that both Dockers use the same kind of image store (docker info), then repeat"
            )
        }
        if let reference { try await tag(id, as: try ImageReference(reference)) }
    }

    private func tag(_ id: String, as name: ImageReference) async throws {
        guard !name.isID, !name.hasDigest, try await imageID(name.text) == nil else { return }
        let (repository, tag) = name.parts
        let call = DockerCall(.post, "images", id, "tag", query: [("repo", repository), ("tag", tag)])
        try await docker.send(call, within: Limit.change).expect(201, doing: "tag the image '\(id)'")
    }
}
