import Foundation
package import PloyzModel

extension AuthorityFiles {
    /// Removes the key and the certificate, durably; what is gone already is no error.
    package func remove() throws(PloyzError) {
        var isChanged = false
        for path in [keyPath, certificatePath] {
            if unlink(path) == 0 {
                isChanged = true
            } else if errno != ENOENT {
                throw PloyzError(.failed, "'\(path)' could not be removed: \(String(cString: strerror(errno)))")
            }
        }
        guard isChanged else { return }
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw PloyzError(.failed, "'\(directory)' could not be synced: \(String(cString: strerror(errno)))")
        }
        close(descriptor)
    }
}
