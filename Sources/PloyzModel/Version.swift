/// The version of both programs, and of the package.
package enum Version {
    package static let current = "0.1.0"
}
