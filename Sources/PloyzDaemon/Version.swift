/// The program's version, as `ployzctl version` prints it.
enum Version {
    static let current = "0.1.0"
}
