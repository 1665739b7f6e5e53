import Foundation

/// What is at a path.
enum FileKind: Hashable, Sendable {
    case nothing
    case program
    /// With the bits of its mode.
    case directory(mode: Int, ownerID: Int)
    case other

    /// Links are followed.
    init(at path: String) {
        var isDirectory: ObjCBool = false
        let files = FileManager.default
        guard files.fileExists(atPath: path, isDirectory: &isDirectory) else {
            self = .nothing
            return
        }
        let target = (path as NSString).resolvingSymlinksInPath
        guard isDirectory.boolValue, let attributes = try? files.attributesOfItem(atPath: target) else {
            self = files.isExecutableFile(atPath: path) && !isDirectory.boolValue ? .program : .other
            return
        }
        self = .directory(
            mode: attributes[.posixPermissions] as? Int ?? 0,
            ownerID: attributes[.ownerAccountID] as? Int ?? 0
        )
    }
}
