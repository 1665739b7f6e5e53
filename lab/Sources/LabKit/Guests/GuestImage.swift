import Glibc
import Posix

/// What guests boot from, built once on a host by `guest/build-image` and kept outside the repository.
package struct GuestImage: Sendable {
    package let directory: String

    /// `PLOYZ_LAB_CACHE` of the environment, else this.
    private static let cache = "/var/cache/ployz-lab"

    /// The disk that guests' disks are overlays of; nothing ever writes to it.
    package var root: String { "\(directory)/root.img" }
    package var kernel: String { "\(directory)/vmlinuz" }
    package var initrd: String { "\(directory)/initrd.img" }
    /// Of a key pair that root of every guest accepts.
    package var identity: String { "\(directory)/id_ed25519" }
    package var knownHosts: String { "\(directory)/known_hosts" }

    /// The image of a recipe, built when it is not there; another command that builds it is waited for.
    ///
    /// - Parameter recipe: the path of `build-image`. One that was changed makes another image.
    package static func ready(recipe: String) throws -> GuestImage {
        let digest = try Command(["sha256sum", recipe]).output().prefix(16)
        let cache = Environment.value("PLOYZ_LAB_CACHE") ?? Self.cache
        let image = GuestImage(directory: "\(cache)/guest-\(digest)")
        if Files.exists(image.root) { return image }
        try Files.makeDirectory(cache, mode: 0o700)
        let lock = try PosixError.check(
            open("\(cache)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600),
            "open",
            on: "\(cache)/lock"
        )
        defer { close(lock) }
        try Deadline(seconds: 1800).wait(for: "another build of the image", everyMilliseconds: 500) {
            flock(lock, LOCK_EX | LOCK_NB) == 0
        }
        if Files.exists(image.root) { return image }
        try image.build(recipe: recipe, cache: cache)
        return image
    }

    private func build(recipe: String, cache: String) throws {
        // Under one name for every recipe, so that what an interrupted build left goes with the next one.
        let draft = "\(cache)/building"
        let log = "\(cache)/build.log"
        StandardError.print("Building the guests' image, once; see \(log)")
        try remove(draft)
        unlink(log)
        do {
            try Command([recipe, draft], timeout: 1800, log: log).run()
        } catch {
            try remove(draft)
            throw LabError("the guests' image could not be built: \(error)", next: "tail -n 50 \(log)")
        }
        try PosixError.check(rename(draft, directory), "rename", on: directory)
        for old in Files.names(in: cache) where old.hasPrefix("guest-") && "\(cache)/\(old)" != directory {
            // One that a guest still uses lives on until that one ends: its files are open.
            try remove("\(cache)/\(old)")
        }
    }

    private func remove(_ directory: String) throws {
        try Command(["rm", "-rf", "--one-file-system", directory], timeout: 300).run()
    }
}
