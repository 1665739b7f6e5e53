import Glibc

/// Lines for people, on standard error.
package enum StandardError {
    package static func print(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(2, bytes, bytes.count)
    }
}
