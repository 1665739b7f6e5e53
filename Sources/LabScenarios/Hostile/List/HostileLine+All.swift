extension HostileLine {
    /// The written list.
    package static var all: [HostileLine] {
        joining + machines + streams + store + local + manifests + network + leaving
    }
}
